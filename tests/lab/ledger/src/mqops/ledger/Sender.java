// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.MessageQueueSelector;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.exception.RemotingConnectException;
import org.apache.rocketmq.remoting.exception.RemotingSendRequestException;

/** Sends one mode's messages at a fixed rate until told to stop, and writes down how each send ended. */
final class Sender implements Runnable {
    private static final int ORDER_KEYS = 16;
    /** Same key, same queue, as long as the writable queues are the same: what an ordered business does. */
    private static final MessageQueueSelector BY_KEY =
        (queues, message, key) -> queues.get((key.hashCode() & Integer.MAX_VALUE) % queues.size());

    private final Settings settings;
    private final Journal journal;
    private final Mode mode;
    private final DefaultMQProducer producer;
    private final String run;
    private final byte[] padding = new byte[200];
    private volatile boolean stopped;

    /** @param run distinguishes the keys of this process from those of an earlier one in the same topics */
    Sender(Settings settings, Journal journal, Mode mode, DefaultMQProducer producer, String run) {
        this.settings = settings;
        this.journal = journal;
        this.mode = mode;
        this.producer = producer;
        this.run = run;
        Arrays.fill(padding, (byte) '.');
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        long interval = (long) (1e9 / settings.rate);
        long next = System.nanoTime();
        try {
            for (int number = 0; !stopped; number++) {
                sendOne(number);
                // No burst after a stall: a business does not make up for requests that never came.
                next = Math.max(next + interval, System.nanoTime() - interval);
                long wait = (next - System.nanoTime()) / 1_000_000;
                if (wait > 0) {
                    Thread.sleep(wait);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendOne(int number) throws InterruptedException {
        String key = String.format("%s-%s-%s-%07d", settings.source, mode.id(), run, number);
        Line attempt = new Line("attempt");
        Line line = new Line("send");
        String orderKey = null;
        String fate = null;
        int level = 0;
        if (mode == Mode.ORDERED) {
            orderKey = String.format("k%02d", number % ORDER_KEYS);
            attempt.put("order_key", orderKey).put("order", number / ORDER_KEYS);
        } else if (mode == Mode.TRANSACTIONAL) {
            fate = fate(number);
            key += "-" + fate;
            attempt.put("fate", fate);
        } else if (mode == Mode.DELAYED) {
            level = settings.delayLevels.get(number % settings.delayLevels.size());
            attempt.put("delay", Settings.seconds(level));
        }
        line.put("key", key);
        Message message = new Message(mode.topic(settings), null, key, body(key));
        message.setDelayTimeLevel(level);
        journal.attempt(mode, attempt.put("key", key));
        String outcome;
        try {
            SendResult result;
            if (mode == Mode.ORDERED) {
                result = sendInOrder(message, orderKey, line);
            } else if (mode == Mode.TRANSACTIONAL) {
                result = producer.sendMessageInTransaction(message, fate);
            } else {
                result = producer.send(message);
            }
            line.put("broker", result.getMessageQueue().getBrokerName())
                .put("queue", result.getMessageQueue().getQueueId())
                .put("offset", result.getQueueOffset()).put("msg_id", result.getMsgId())
                .put("status", result.getSendStatus());
            outcome = gaveUp(result, fate) ? "failed" : "acknowledged";
        } catch (InterruptedException e) {
            journal.outcome(mode, line.put("error", "interrupted"), "unknown");
            throw e;
        } catch (Exception e) {
            outcome = surelyNotStored(e) ? "failed" : "unknown";
            line.put("error", String.valueOf(e));
        }
        journal.outcome(mode, line, outcome);
    }

    /**
     * The client tries a send to a chosen queue once, and where several of its threads are the first to send to a
     * broker, one can close the connection of another (createChannel of NettyRemotingClient closes one that is in
     * order). Whether the broker has the message is not known then; a business sends it once more, as at any restart
     * of a broker. The ledger counts these, and sees it where both are stored.
     */
    private SendResult sendInOrder(Message message, String orderKey, Line line) throws Exception {
        try {
            return producer.send(message, BY_KEY, orderKey);
        } catch (RemotingSendRequestException e) {
            line.put("sent_again", e);
            return producer.send(message, BY_KEY, orderKey);
        }
    }

    private byte[] body(String key) {
        byte[] head = (key + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(head, head.length + padding.length);
        System.arraycopy(padding, 0, body, head.length, padding.length);
        return body;
    }

    /** commit, rollback, or at first unknown and decided at the broker's check-back. In the key: no memory needed. */
    private static String fate(int number) {
        switch (number % 20) {
            case 4:
            case 14:
                return "r";
            case 7:
            case 17:
                return "uc";
            case 19:
                return "ur";
            default:
                return "c";
        }
    }

    /** The client rolls a transaction back by itself when the store's answer was not SEND_OK. */
    private static boolean gaveUp(SendResult result, String fate) {
        return result instanceof TransactionSendResult && !"r".equals(fate)
            && ((TransactionSendResult) result).getLocalTransactionState() == LocalTransactionState.ROLLBACK_MESSAGE;
    }

    /**
     * Only what certainly never reached a store counts as failed: no connection at the one and only attempt, no route,
     * a broker's refusal. Everything else (time-out, connection lost, a retry after such) is unknown.
     */
    private static boolean surelyNotStored(Exception e) {
        if (e instanceof MQBrokerException || e instanceof RemotingConnectException) {
            return true;
        }
        if (e instanceof MQClientException) {
            Throwable cause = e.getCause();
            boolean once = String.valueOf(((MQClientException) e).getErrorMessage()).startsWith("Send [1] times");
            return cause == null || once && (cause instanceof MQBrokerException
                || cause instanceof RemotingConnectException);
        }
        return false;
    }

    /** Decides by the key's last part; writes every check-back down, because each can bring a message twice. */
    static TransactionMQProducer transactional(String group, Journal journal) {
        TransactionMQProducer producer = new TransactionMQProducer(group);
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object fate) {
                switch ((String) fate) {
                    case "c":
                        return LocalTransactionState.COMMIT_MESSAGE;
                    case "r":
                        return LocalTransactionState.ROLLBACK_MESSAGE;
                    default:
                        return LocalTransactionState.UNKNOW;
                }
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                boolean commit = message.getKeys().endsWith("c");
                journal.check(Mode.TRANSACTIONAL, new Line("check").put("key", message.getKeys())
                    .put("answer", commit ? "commit" : "rollback"));
                return commit ? LocalTransactionState.COMMIT_MESSAGE : LocalTransactionState.ROLLBACK_MESSAGE;
            }
        });
        return producer;
    }
}
