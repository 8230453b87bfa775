#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: refuse
short_description: End a run with a code of the catalogue
version_added: 1.0.0
description:
  - Fails and says what was seen, what it means, what was changed, and what to do. Meaning and remedy are those of
    O(code) in the catalogue of reasons (C(docs/reasons.md)).
  - Where O(subject) or O(seen) is a list and empty, there is nothing to refuse, and the task passes.
  - Asks nobody. It is the same in check mode.
author:
  - mqops.rocketmq contributors (@mqops)
options:
  code:
    description: A code of those that phases give by themselves.
    type: str
    required: true
  subject:
    description: What it is about, a text or a list of texts.
    type: raw
    default: ''
  seen:
    description: What was seen, a text or a list of findings. Not needed where the subject says it all.
    type: raw
    default: ''
  done:
    description: What was changed, or was left as it was.
    type: str
    default: ''
attributes:
  check_mode:
    description: Can run in check mode and return what it would do.
    support: full
  diff_mode:
    description: Returns what it has changed.
    support: none
seealso:
  - module: ansible.builtin.assert
"""

EXAMPLES = r"""
- name: Refuse brokers that do not answer
  mqops.rocketmq.refuse:
    code: BROKER_UNKNOWN
    subject: "{{ silent }}"
    done: Nothing was changed.
"""

RETURN = r"""
msg:
  description: The refusal.
  type: str
  returned: when it refuses
  sample: >-
    RUN_LIMITED --limit hub-a: A limit hides brokers from the gates. Run it without.
"""
