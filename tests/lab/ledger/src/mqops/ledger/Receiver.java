// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.common.protocol.heartbeat.MessageModel;

/** The two consumers of one mode's group. */
final class Receiver {
    static final int CONSUMERS = 2;

    private final Settings settings;
    private final Journal journal;
    private final Mode mode;
    private List<DefaultMQPushConsumer> consumers = new ArrayList<>();
    private PatientAllocation allocation;
    private volatile boolean hurried;

    Receiver(Settings settings, Journal journal, Mode mode) {
        this.settings = settings;
        this.journal = journal;
        this.mode = mode;
    }

    void start() throws MQClientException {
        for (int number = 1; number <= CONSUMERS; number++) {
            start(number);
        }
    }

    /** One of them; the first begins a new life of the group. */
    void start(int number) throws MQClientException {
        if (number == 1) {
            consumers = new ArrayList<>();
            allocation = new PatientAllocation(CONSUMERS);
        }
        // The instance name makes the client id: one per source and consumer, whatever host the process is on.
        String name = settings.source + "-c" + number;
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(mode.group(settings));
        settings.configure(consumer, name);
        int threads = mode == Mode.SLOW ? 1 : 4;
        consumer.setConsumeThreadMin(threads);
        consumer.setConsumeThreadMax(threads);
        consumer.setMessageModel(mode == Mode.BROADCAST ? MessageModel.BROADCASTING : MessageModel.CLUSTERING);
        consumer.subscribe(mode.topic(settings), "*");
        if (mode == Mode.ORDERED) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
                take(messages, context.getMessageQueue(), name);
                return ConsumeOrderlyStatus.SUCCESS;
            });
        } else {
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) ->
                take(messages, context.getMessageQueue(), name)
                    ? ConsumeConcurrentlyStatus.CONSUME_SUCCESS : ConsumeConcurrentlyStatus.RECONSUME_LATER);
        }
        consumer.setAllocateMessageQueueStrategy(allocation);
        consumer.start();
        consumers.add(consumer);
        if (number == CONSUMERS) {
            journal.process(new Line("online").put("mode", mode.id()));
        }
    }

    /** As a careful application stops: no new pulls; its caller gives a moment to what is in work, then {@link #stop}. */
    void suspend() {
        consumers.forEach(DefaultMQPushConsumer::suspend);
    }

    /** Stores the offsets and leaves the group. */
    void stop() {
        if (consumers.isEmpty()) {
            return;
        }
        consumers.forEach(DefaultMQPushConsumer::shutdown);
        consumers = new ArrayList<>();
        journal.process(new Line("offline").put("mode", mode.id()));
    }

    /**
     * True when every queue of the topic and of the group's retry topic (which a broker makes at the first heartbeat, and
     * clients see at their next poll) has its one reader; broadcast: when each consumer reads them all. Nothing may be
     * sent before: a broadcast consumer starts at the end of a queue that it meets for the first time.
     */
    boolean settled() {
        String topic = mode.topic(settings);
        String retryTopic = MixAll.getRetryTopic(mode.group(settings));
        Set<MessageQueue> queues;
        try {
            queues = consumers.get(0).fetchSubscribeMessageQueues(topic);
        } catch (MQClientException e) {
            return false;
        }
        Set<String> retryBrokers = new HashSet<>();
        Set<MessageQueue> held = new HashSet<>();
        int readers = 0;
        for (DefaultMQPushConsumer consumer : consumers) {
            int own = 0;
            for (MessageQueue queue : consumer.getDefaultMQPushConsumerImpl().getRebalanceImpl()
                .getProcessQueueTable().keySet()) {
                if (queue.getTopic().equals(topic)) {
                    own++;
                } else if (queue.getTopic().equals(retryTopic)) {
                    retryBrokers.add(queue.getBrokerName());
                }
                held.add(queue);
                readers++;
            }
            if (own == 0 || mode == Mode.BROADCAST && own < queues.size()) {
                return false;
            }
        }
        if (queues.isEmpty() || !held.containsAll(queues)) {
            return false;
        }
        Set<String> brokers = new HashSet<>();
        queues.forEach(queue -> brokers.add(queue.getBrokerName()));
        return mode == Mode.BROADCAST || readers == held.size() && retryBrokers.containsAll(brokers);
    }

    /** The group has divided its queues, or has waited long enough for it. */
    void started() {
        allocation.started();
    }

    private boolean take(List<MessageExt> messages, MessageQueue queue, String consumer) {
        boolean accepted = true;
        for (MessageExt message : messages) {
            if (mode == Mode.SLOW) {
                dawdle();
            }
            boolean fails = mode == Mode.RETRY && message.getReconsumeTimes() == 0;
            accepted &= !fails;
            journal.receipt(mode, new Line("receipt").put("key", String.valueOf(message.getKeys()))
                .put("topic", queue.getTopic()).put("broker", queue.getBrokerName()).put("queue", queue.getQueueId())
                .put("offset", message.getQueueOffset()).put("msg_id", message.getMsgId()).put("consumer", consumer)
                .put("reconsume", message.getReconsumeTimes()).put("result", fails ? "retry" : "ok"), !fails);
        }
        return accepted;
    }

    /** From now on the slow group takes messages as fast as they come. */
    void hurry() {
        hurried = true;
    }

    /** Slower than the producer, so that there is a real backlog in the source. */
    private void dawdle() {
        if (hurried) {
            return;
        }
        try {
            Thread.sleep((long) (1000 * CONSUMERS / settings.slowRate));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
