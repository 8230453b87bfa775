// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The book: append-only files of JSON lines, one per kind and mode, each line one unbuffered write. Time is taken
 * under the lock, so the order of the lines of a file is the order of their times.
 */
final class Journal {
    private final File directory;
    private final Map<String, OutputStream> files = new HashMap<>();
    private final Map<String, Map<String, Object>> counts = new LinkedHashMap<>();

    Journal(File directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory.toPath());
        for (Mode mode : Mode.values()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("ready", false);
            for (String name : new String[] {"attempted", "acknowledged", "failed", "unknown", "received",
                "last_ack", "last_receipt"}) {
                row.put(name, 0L);
            }
            counts.put(mode.id(), row);
        }
    }

    void attempt(Mode mode, Line line) {
        write("sends-" + mode.id(), mode, line, "attempted", null);
    }

    void outcome(Mode mode, Line line, String outcome) {
        write("sends-" + mode.id(), mode, line.put("outcome", outcome), outcome,
            "acknowledged".equals(outcome) ? "last_ack" : null);
    }

    void receipt(Mode mode, Line line, boolean accepted) {
        write("receipts-" + mode.id(), mode, line, accepted ? "received" : null, accepted ? "last_receipt" : null);
    }

    void check(Mode mode, Line line) {
        write("checks-" + mode.id(), mode, line, null, null);
    }

    void process(Line line) {
        write("process", null, line, null, null);
    }

    void ready(Mode mode) {
        process(new Line("ready").put("mode", mode.id()));
        synchronized (this) {
            counts.get(mode.id()).put("ready", true);
        }
    }

    private synchronized void write(String file, Mode mode, Line line, String count, String time) {
        long now = System.currentTimeMillis();
        line.put("mode", mode == null ? null : mode.id()).put("t", now);
        try {
            OutputStream out = files.get(file);
            if (out == null) {
                out = new FileOutputStream(new File(directory, file + ".jsonl"), true);
                files.put(file, out);
            }
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // A business that cannot keep its book proves nothing: better visibly dead than quietly wrong.
            System.err.println("ledger: cannot write " + file + ": " + e);
            Runtime.getRuntime().halt(3);
        }
        if (count != null) {
            counts.get(mode.id()).merge(count, 1L, (a, b) -> (Long) a + (Long) b);
        }
        if (time != null) {
            counts.get(mode.id()).put(time, now);
        }
    }

    /** Replaces status.json in one step, so that a reader never sees half of it. */
    void status(Map<String, Object> head) {
        Map<String, Object> all = new LinkedHashMap<>(head);
        String text;
        synchronized (this) {
            all.put("modes", counts);
            text = Line.json(all) + "\n";
        }
        File fresh = new File(directory, ".status.json");
        try {
            Files.write(fresh.toPath(), text.getBytes(StandardCharsets.UTF_8));
            Files.move(fresh.toPath(), new File(directory, "status.json").toPath(),
                StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            System.err.println("ledger: cannot write status.json: " + e);
        }
    }
}
