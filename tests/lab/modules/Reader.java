// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.store.OffsetStore;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageQueue;

/** A real consumer: reads so many messages of a topic, commits its offsets and leaves. */
public class Reader {
    public static void main(String[] arguments) throws Exception {
        String nameserver = arguments[0];
        String group = arguments[1];
        String topic = arguments[2];
        int count = Integer.parseInt(arguments[3]);

        CountDownLatch expected = new CountDownLatch(count);
        Set<MessageQueue> queues = ConcurrentHashMap.newKeySet();
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(nameserver);
        consumer.setConsumeFromWhere(ConsumeFromWhere.valueOf("CONSUME_FROM_" + arguments[4] + "_OFFSET"));
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            queues.add(context.getMessageQueue());
            messages.forEach(message -> expected.countDown());
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        boolean all = expected.await(60, TimeUnit.SECONDS);
        boolean committed = all && commit(consumer, queues);
        consumer.shutdown();
        System.out.println("read " + (count - expected.getCount()) + " of " + count + ", committed: " + committed);
        System.exit(committed ? 0 : 1);
    }

    /**
     * Whether each queue was read to its end, within 60 s. The brokers then hold that end as the group's offset: the client
     * alone sends offsets without an answer, first 10 s after its start and then as it goes, when they are easily lost.
     */
    private static boolean commit(DefaultMQPushConsumer consumer, Set<MessageQueue> queues) throws Exception {
        OffsetStore offsets = consumer.getDefaultMQPushConsumerImpl().getOffsetStore();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (MessageQueue queue : queues) {
            long end = consumer.maxOffset(queue);
            while (offsets.readOffset(queue, ReadOffsetType.READ_FROM_MEMORY) < end) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(100);
            }
            offsets.updateConsumeOffsetToBroker(queue, end, false);
        }
        return true;
    }
}
