// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.ClientConfig;

/**
 * What the process is told, all of it from the environment and only once. There is exactly one address in it:
 * the domain name of the name server, as an application would have it.
 */
final class Settings {
    /** Seconds of 4.4.0's delay levels 1, 2, ... (messageDelayLevel as shipped). */
    private static final int[] LEVEL_SECONDS =
        {1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200};

    final String source = required("SOURCE");
    final String nameServer = required("NAMESRV");
    final File directory = new File(text("LEDGER_DIR", "/ledger"));
    /** Seconds between the starts of the first consumers, the second ones and the producers. */
    final long startGapMs = (long) (number("START_GAP", 10) * 1000);
    /** Periods of every client, in milliseconds; the defaults are 4.4.0's own. */
    final int pollNameServerMs = (int) (number("POLL_NAMESERVER", 30) * 1000);
    final int heartbeatMs = (int) (number("HEARTBEAT", 30) * 1000);
    final int persistOffsetsMs = (int) (number("PERSIST_OFFSETS", 5) * 1000);
    /** Messages a second in each mode. */
    final double rate = number("RATE", 2);
    /** Levels used in turn by the delayed mode. */
    final List<Integer> delayLevels = levels(text("DELAY_LEVELS", "1,2,3,4"));
    /** The slow group takes this many messages a second (both consumers together) ... */
    final double slowRate = number("SLOW_RATE", 1);
    /** ... until so many seconds after the start of the process, or until the file catch-up appears. */
    final long slowUntilMs = (long) (number("SLOW_UNTIL", 600) * 1000);
    /**
     * The late group is online for LATE_ONLINE seconds at first, and again from LATE_AFTER seconds after the start of
     * the process on, or from when the file late-return appears.
     */
    final long lateOnlineMs = (long) (number("LATE_ONLINE", 60) * 1000);
    final long lateAfterMs = (long) (number("LATE_AFTER", 420) * 1000);
    /** Give up when the topics are not there, with an owner for each queue, after so many seconds. */
    final long readyTimeoutMs = (long) (number("READY_TIMEOUT", 300) * 1000);
    final String clientLogLevel = text("CLIENT_LOG_LEVEL", "INFO");
    /** Added to each client's instance name, and so to the client id that brokers report. */
    final String instanceText = text("INSTANCE_TEXT", "");

    /** What every client is told before it starts. */
    void configure(ClientConfig client, String instanceName) {
        client.setNamesrvAddr(nameServer);
        client.setInstanceName(instanceName + instanceText);
        client.setPollNameServerInterval(pollNameServerMs);
        client.setHeartbeatBrokerInterval(heartbeatMs);
        client.setPersistConsumerOffsetInterval(persistOffsetsMs);
    }

    static int seconds(int level) {
        return LEVEL_SECONDS[level - 1];
    }

    private static List<Integer> levels(String value) {
        List<Integer> levels = new ArrayList<>();
        for (String item : value.split(",")) {
            int level = Integer.parseInt(item.trim());
            if (level < 1 || level > LEVEL_SECONDS.length) {
                throw new IllegalArgumentException("DELAY_LEVELS: no such level: " + item);
            }
            levels.add(level);
        }
        return levels;
    }

    private static String text(String name, String fallback) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? fallback : value;
    }

    private static String required(String name) {
        String value = text(name, null);
        if (value == null) {
            throw new IllegalArgumentException("environment variable " + name + " is missing");
        }
        return value;
    }

    private static double number(String name, double fallback) {
        String value = text(name, null);
        double number = value == null ? fallback : Double.parseDouble(value);
        if (!(number > 0)) {
            throw new IllegalArgumentException(name + " must be greater than 0: " + value);
        }
        return number;
    }
}
