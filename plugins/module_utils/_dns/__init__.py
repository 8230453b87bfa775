# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DNS for the migration: record sets, guarded RFC 2136 updates, and what each server answers.

Private to the collection. Depends on dnspython only and knows nothing of Ansible or RocketMQ.
"""
