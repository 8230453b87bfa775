// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/** A real consumer: reads so many messages of a topic, commits its offsets and leaves. */
public class Reader {
    public static void main(String[] arguments) throws Exception {
        String nameserver = arguments[0];
        String group = arguments[1];
        String topic = arguments[2];
        int count = Integer.parseInt(arguments[3]);

        CountDownLatch expected = new CountDownLatch(count);
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(nameserver);
        consumer.setConsumeFromWhere(ConsumeFromWhere.valueOf("CONSUME_FROM_" + arguments[4] + "_OFFSET"));
        consumer.setPersistConsumerOffsetInterval(500);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(message -> expected.countDown());
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        boolean all = expected.await(60, TimeUnit.SECONDS);
        // Offsets are sent without waiting for an answer: those of a shutdown may be lost with the connection.
        Thread.sleep(3000);
        consumer.shutdown();
        System.out.println("read " + (count - expected.getCount()) + " of " + count);
        System.exit(all ? 0 : 1);
    }
}
