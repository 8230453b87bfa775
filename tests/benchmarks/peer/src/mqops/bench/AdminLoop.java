// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.bench;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;
import org.apache.rocketmq.tools.command.CommandUtil;

/**
 * What an administrator would write in Java: one loop over the admin client. Prints one line of JSON: how many, the
 * seconds of the loop alone (without the start of the JVM and of the client), and the processor time of the whole JVM.
 *
 * <pre>
 * create NAMESERVER CLUSTER PREFIX COUNT QUEUES  createAndUpdateTopicConfig on every master, topic by topic
 * lag    NAMESERVER PREFIX FROM COUNT            examineConsumeStats (208 on every broker of the retry topic's route)
 * broker NAMESERVER ADDRESS                      fetchConsumeStatsInBroker (317)
 * send   NAMESERVER PREFIX COUNT QUEUES BROKER.. one message to every queue of every topic on the named brokers
 * </pre>
 */
public final class AdminLoop {
    private static final long NANOS = 1_000_000_000L;
    private static final long SLOW = 300_000L;

    private AdminLoop() {
    }

    public static void main(String[] args) throws Exception {
        int done;
        long start;
        if ("send".equals(args[0])) {
            start = System.nanoTime();
            done = send(args);
        } else {
            DefaultMQAdminExt admin = new DefaultMQAdminExt(SLOW);
            admin.setNamesrvAddr(args[1]);
            admin.setInstanceName("bench");
            admin.start();
            start = System.nanoTime();
            switch (args[0]) {
                case "create":
                    done = create(admin, args[2], args[3], Integer.parseInt(args[4]), Integer.parseInt(args[5]));
                    break;
                case "lag":
                    done = lag(admin, args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
                    break;
                case "broker":
                    done = admin.fetchConsumeStatsInBroker(args[2], false, SLOW).getConsumeStatsList().size();
                    break;
                default:
                    throw new IllegalArgumentException(args[0]);
            }
            double seconds = (System.nanoTime() - start) / (double) NANOS;
            print(done, seconds);
            admin.shutdown();
            return;
        }
        print(done, (System.nanoTime() - start) / (double) NANOS);
    }

    private static void print(int done, double seconds) {
        com.sun.management.OperatingSystemMXBean process =
            (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        System.out.printf("{\"count\": %d, \"seconds\": %.3f, \"cpu\": %.3f}%n", done, seconds,
            process.getProcessCpuTime() / (double) NANOS);
    }

    private static int create(DefaultMQAdminExt admin, String cluster, String prefix, int count, int queues)
        throws Exception {
        TreeSet<String> masters = new TreeSet<>(CommandUtil.fetchMasterAddrByClusterName(admin, cluster));
        for (int number = 0; number < count; number++) {
            TopicConfig config = new TopicConfig(String.format("%s%05d", prefix, number));
            config.setReadQueueNums(queues);
            config.setWriteQueueNums(queues);
            for (String address : masters) {
                admin.createAndUpdateTopicConfig(address, config);
            }
        }
        return count;
    }

    private static int lag(DefaultMQAdminExt admin, String prefix, int from, int count) throws Exception {
        int answered = 0;
        for (int number = from; number < from + count; number++) {
            String group = String.format("%s%05d", prefix, number);
            if (!admin.examineConsumeStats(group).getOffsetTable().isEmpty()) {
                answered++;
            }
        }
        return answered;
    }

    private static int send(String[] args) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("bench-producer");
        producer.setNamesrvAddr(args[1]);
        producer.setSendMsgTimeout((int) SLOW / 10);
        producer.start();
        int sent = 0;
        try {
            for (int number = 0; number < Integer.parseInt(args[3]); number++) {
                String topic = String.format("%s%05d", args[2], number);
                List<MessageQueue> queues = new ArrayList<>();
                for (int broker = 5; broker < args.length; broker++) {
                    for (int queue = 0; queue < Integer.parseInt(args[4]); queue++) {
                        queues.add(new MessageQueue(topic, args[broker], queue));
                    }
                }
                for (MessageQueue queue : queues) {
                    sendOne(producer, queue);
                    sent++;
                }
            }
        } finally {
            producer.shutdown();
        }
        return sent;
    }

    private static void sendOne(DefaultMQProducer producer, MessageQueue queue) throws Exception {
        int tries = 0;
        while (true) {
            try {
                producer.send(new Message(queue.getTopic(), "bench".getBytes(StandardCharsets.UTF_8)), queue);
                return;
            } catch (MQClientException | MQBrokerException error) {
                if (++tries == 10) {
                    throw error;
                }
            }
        }
    }
}
