#!/bin/sh
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Starts the business process as the container's first process, so that SIGTERM reaches it.
set -eu
opens=
case "$(java -version 2>&1)" in
    *'version "1.8'*) ;;
    # A JRE newer than the one that 4.4.0 was made for: its Netty reaches into java.base.
    *)
        for package in java.nio sun.nio.ch java.lang jdk.internal.ref; do
            opens="$opens --add-opens java.base/$package=ALL-UNNAMED"
        done
        ;;
esac
# shellcheck disable=SC2086
exec java $opens ${JAVA_OPTS:--Xmx96m -XX:+UseSerialGC} ${JAVA_PERIODS:-} \
    -cp '/opt/ledger/classes:/opt/rocketmq/lib/*' mqops.ledger.Business
