// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.protocol.heartbeat.MessageModel;

/** Real 4.4.0 clients that a preflight has something to say about. They stay until they are ended. */
public class Clients {
    public static void main(String[] arguments) throws Exception {
        String mro = arguments[0];
        String mdm = arguments[1];
        String topic = "pre-clients-mro";

        push(mro, "pre-broadcast", "b", topic, "*", MessageModel.BROADCASTING, false);
        push(mro, "pre-orderly", "o", topic, "*", MessageModel.CLUSTERING, true);
        push(mro, "pre-differ", "one", topic, "*", MessageModel.CLUSTERING, false);
        push(mro, "pre-differ", "two", topic, "TagA || TagB", MessageModel.CLUSTERING, false);
        push(mro, "pre-models", "shares", topic, "*", MessageModel.CLUSTERING, false);
        push(mro, "pre-models", "alone", topic, "*", MessageModel.BROADCASTING, false);

        DefaultMQPullConsumer pull = new DefaultMQPullConsumer("pre-pull");
        pull.setNamesrvAddr(mro);
        pull.setInstanceName("pull");
        pull.registerMessageQueueListener(topic, null);
        pull.start();
        pull.fetchSubscribeMessageQueues(topic);

        transaction(mro, "pre-clients-mro", "left");
        transaction(mdm, "pre-clients-mdm", "right");
        // The broker's own thread tells nobody when a heartbeat has arrived: each client sends one right after its start.
        TimeUnit.SECONDS.sleep(3);
        System.out.println("ready");
        TimeUnit.MINUTES.sleep(10);
    }

    private static void push(
            String nameserver, String group, String instance, String topic, String tags, MessageModel model, boolean orderly)
            throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(nameserver);
        consumer.setInstanceName(group + instance);
        consumer.setMessageModel(model);
        consumer.setConsumeThreadMin(1);
        consumer.setConsumeThreadMax(1);
        consumer.subscribe(topic, tags);
        if (orderly) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> ConsumeOrderlyStatus.SUCCESS);
        } else {
            consumer.registerMessageListener(
                    (MessageListenerConcurrently) (messages, context) -> ConsumeConcurrentlyStatus.CONSUME_SUCCESS);
        }
        consumer.start();
    }

    private static void transaction(String nameserver, String topic, String instance) throws Exception {
        TransactionMQProducer producer = new TransactionMQProducer("pre-transactions");
        producer.setNamesrvAddr(nameserver);
        producer.setInstanceName(instance);
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
                return LocalTransactionState.UNKNOW;
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                return LocalTransactionState.UNKNOW;
            }
        });
        producer.start();
        // One to each queue of both brokers.
        for (int number = 0; number < 8; number++) {
            producer.sendMessageInTransaction(new Message(topic, ("undecided " + number).getBytes("UTF-8")), null);
        }
    }
}
