// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.TransactionMQProducer;

/**
 * One department's business: real 4.4.0 producers and consumers that know one domain name, are never restarted and
 * never reconfigured, and write down everything that they send and receive.
 */
public final class Business {
    private static final long LATE_PATIENCE_MS = 40_000;

    private final Settings settings = new Settings();
    private final long processStart = ManagementFactory.getRuntimeMXBean().getStartTime();
    private final String run = Long.toString(processStart, 36);
    /** What whoever watches the business may ask for, by creating the file: see the methods that look for them. */
    private final File stopFile = new File(settings.directory, "stop-producing");
    private final File catchUpFile = new File(settings.directory, "catch-up");
    private final File lateReturnFile = new File(settings.directory, "late-return");
    private final Journal journal = new Journal(settings.directory);
    private final Map<Mode, Receiver> receivers = new EnumMap<>(Mode.class);
    private final Map<Mode, Sender> senders = new EnumMap<>(Mode.class);
    private final Map<Mode, Thread> threads = new EnumMap<>(Mode.class);
    private DefaultMQProducer producer;
    private TransactionMQProducer transactional;
    private volatile boolean producing = true;
    private volatile boolean ending;
    private long lateReady;
    private boolean wasLate;
    private long lateBack;
    private boolean lateSettled;

    private Business() throws Exception {
    }

    public static void main(String[] arguments) {
        try {
            Business business = new Business();
            business.start();
            business.live();
        } catch (Throwable e) {
            e.printStackTrace();
            // The client's threads are not daemons; without this the process would look alive.
            Runtime.getRuntime().halt(1);
        }
    }

    private void start() throws Exception {
        // Read by the client's logger when its first class is loaded, hence before anything of it is used.
        System.setProperty("rocketmq.client.logRoot", settings.directory.getPath());
        System.setProperty("rocketmq.client.logFileName", "client.log");
        System.setProperty("rocketmq.client.logFileMaxSize", String.valueOf(8 << 20));
        System.setProperty("rocketmq.client.logFileMaxIndex", "3");
        System.setProperty("rocketmq.client.logLevel", settings.clientLogLevel);
        System.setProperty("rocketmq.client.localOffsetStoreDir", new File(settings.directory, "offsets").getPath());
        journal.process(new Line("started").put("source", settings.source).put("pid", pid())
            .put("process_start", processStart).put("name_server", settings.nameServer).put("run", run)
            .put("consumers", Receiver.CONSUMERS).put("rate", settings.rate).put("slow_until", settings.slowUntilMs / 1000)
            .put("late_online", settings.lateOnlineMs / 1000).put("late_after", settings.lateAfterMs / 1000));
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
        producer = new DefaultMQProducer(settings.source + "-producer");
        transactional = Sender.transactional(settings.source + "-transactional-producer", journal);
        for (Mode mode : Mode.values()) {
            receivers.put(mode, new Receiver(settings, journal, mode));
        }
        // Each client polls its routes every 30 s from its own start on. Applications on several machines do not start in
        // the same second, so neither do these: else they would learn of every change together, which hides what 4.4.0 does
        // while one of them knows it and the other does not.
        for (int number = 1; number <= Receiver.CONSUMERS; number++) {
            for (Receiver receiver : receivers.values()) {
                receiver.start(number);
            }
            Thread.sleep(settings.startGapMs);
        }
        for (DefaultMQProducer each : new DefaultMQProducer[] {producer, transactional}) {
            settings.configure(each, settings.source + "-p");
            each.start();
        }
    }

    /** One look a second at everything that changes with time. */
    private void live() throws Exception {
        for (int second = 0; !ending; second++) {
            long age = System.currentTimeMillis() - processStart;
            if (producing && stopFile.exists()) {
                stopProducing();
            }
            startSenders(age);
            late(age);
            if (age > settings.slowUntilMs || catchUpFile.exists()) {
                receivers.get(Mode.SLOW).hurry();
            }
            if (second % 2 == 0) {
                status(age);
            }
            Thread.sleep(1000);
        }
    }

    private void startSenders(long age) {
        for (Mode mode : Mode.values()) {
            if (!producing || senders.containsKey(mode)) {
                continue;
            }
            if (receivers.get(mode).settled()) {
                receivers.get(mode).started();
                journal.ready(mode);
                Sender sender = new Sender(settings, journal, mode,
                    mode == Mode.TRANSACTIONAL ? transactional : producer, run);
                senders.put(mode, sender);
                Thread thread = new Thread(sender, "send-" + mode.id());
                threads.put(mode, thread);
                thread.start();
                lateReady = mode == Mode.LATE ? age : lateReady;
            } else if (age > settings.readyTimeoutMs) {
                throw new IllegalStateException("no reader for every queue of topic " + mode.topic(settings)
                    + " (name server " + settings.nameServer + ") within " + settings.readyTimeoutMs / 1000 + " s");
            }
        }
    }

    private void late(long age) throws Exception {
        if (!wasLate && lateReady > 0 && age > lateReady + settings.lateOnlineMs) {
            wasLate = true;
            receivers.get(Mode.LATE).suspend();
            Thread.sleep(1000);
            receivers.get(Mode.LATE).stop();
        } else if (wasLate && lateBack == 0 && (age > settings.lateAfterMs || lateReturnFile.exists())) {
            lateBack = age;
            receivers.get(Mode.LATE).start();
        } else if (lateBack > 0 && !lateSettled
            && (receivers.get(Mode.LATE).settled() || age > lateBack + LATE_PATIENCE_MS)) {
            // It may come back in the middle of a step; then it has to make do with the queues that it has.
            lateSettled = true;
            receivers.get(Mode.LATE).started();
        }
    }

    private void stopProducing() throws InterruptedException {
        producing = false;
        for (Sender sender : senders.values()) {
            sender.stop();
        }
        for (Thread thread : threads.values()) {
            // A send in flight ends by itself within the client's own time-outs (3 s, three attempts).
            thread.join(15_000);
        }
        journal.process(new Line("producing-stopped"));
    }

    private void status(long age) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("source", settings.source);
        head.put("pid", pid());
        head.put("process_start", processStart);
        head.put("t", processStart + age);
        head.put("ready", senders.size() == Mode.values().length);
        head.put("producing", producing);
        head.put("late_online", !wasLate || lateSettled);
        journal.status(head);
    }

    private void end() {
        ending = true;
        try {
            if (producing) {
                stopProducing();
            }
            receivers.values().forEach(Receiver::suspend);
            Thread.sleep(1000);
            receivers.values().forEach(Receiver::stop);
            producer.shutdown();
            transactional.shutdown();
        } catch (Exception e) {
            e.printStackTrace();
        }
        journal.process(new Line("ended"));
    }

    private static long pid() {
        return Long.parseLong(ManagementFactory.getRuntimeMXBean().getName().split("@")[0]);
    }
}
