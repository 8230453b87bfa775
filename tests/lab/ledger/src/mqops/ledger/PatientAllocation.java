// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

import java.util.Collections;
import java.util.List;
import org.apache.rocketmq.client.consumer.AllocateMessageQueueStrategy;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * The client's default allocation, except that a group that is just starting takes no queue before all of it is there:
 * else its first consumer takes every queue, and what that one read is read a second time by the others.
 */
final class PatientAllocation implements AllocateMessageQueueStrategy {
    private final AllocateMessageQueueStrategy average = new AllocateMessageQueueAveragely();
    private final int members;
    private volatile boolean patient = true;

    PatientAllocation(int members) {
        this.members = members;
    }

    /** From now on exactly the default. */
    void started() {
        patient = false;
    }

    @Override
    public List<MessageQueue> allocate(String group, String client, List<MessageQueue> queues, List<String> clients) {
        return patient && clients.size() < members
            ? Collections.emptyList() : average.allocate(group, client, queues, clients);
    }

    @Override
    public String getName() {
        return average.getName();
    }
}
