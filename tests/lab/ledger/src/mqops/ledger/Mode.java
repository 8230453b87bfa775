// Copyright (c) 2026, mqops.rocketmq contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package mqops.ledger;

/** The kinds of traffic. Topic and group are {@code <source>-<mode>}, so that no two sources share one. */
enum Mode {
    NORMAL, ORDERED, DELAYED, TRANSACTIONAL, RETRY, BROADCAST, SLOW, LATE;

    String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    String topic(Settings settings) {
        return settings.source + "-" + id();
    }

    String group(Settings settings) {
        return settings.source + "-" + id();
    }
}
