# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is believed of RocketMQ 4.4.0: limits, defaults, periods, codes, ports, magic numbers, and what work costs it.

Another release is another edition of this file. Each fact says its unit, one sentence, and in brackets where it was
read: class.field or class#method at the tag rocketmq-all-4.4.0. What no source has is "observed" and how, or "assumed".

Elsewhere are the names of topics and groups (C(system_names)), the forms of frames, bodies and signatures
(C(_remoting)), and the codes, members and remarks of a request, which stand with it (C(broker), C(nameserver),
C(clients), C(send), C(commit_log), C(models)). What we chose ourselves, such as the default of an option, is no fact;
where it follows from one, it is computed from its name. Facts that no code uses are those on which waits of the roles
and sentences of the documentation rest.
"""

from __future__ import annotations

from .._remoting import frame
from .system_names import RETRY_PREFIX, TRACE_TOPIC

# --- the release ----------------------------------------------------------------------------------------

# Name. Of the release itself (MQVersion.CURRENT_VERSION).
NAME = "4.4.0"
# Name. As a broker tells it in brokerVersionDesc (AdminBrokerProcessor#prepareRuntimeInfo).
VERSION_NAME = "V4_4_0"
# Number. Ordinal in the list of all versions, as brokers and clients send it (MQVersion.CURRENT_VERSION).
VERSION = frame.VERSION
# Names. Languages of clients in the order of their numbers (LanguageCode.JAVA).
LANGUAGES = frame.LANGUAGES

# --- frames, connections and threads --------------------------------------------------------------------

# Bytes. A Java peer closes the connection over a longer frame (NettyDecoder.FRAME_MAX_LENGTH).
FRAME_LIMIT = 16 * 1024 * 1024
# Seconds. A server closes a connection without traffic (NettyServerConfig.serverChannelMaxIdleTimeSeconds).
IDLE = frame.IDLE
# Seconds. A broker or client gives up a connection without an answer (NettyClientConfig.connectTimeoutMillis).
CONNECT_TIMEOUT = 3
# Seconds. A broker waits so long for a client to which it relays a question (Broker2Client#callClient).
RELAY_TIMEOUT = 10
# Number. Threads that a broker has for all requests of administrators (BrokerConfig.adminBrokerThreadPoolNums).
ADMIN_THREADS = 16
# Milliseconds. A broker waits so long for its name servers at a registration (BrokerConfig.registerBrokerTimeoutMills).
REGISTER_TIMEOUT_MS = 6000

# --- ports and paths ------------------------------------------------------------------------------------

# Port. A name server listens there (NamesrvStartup#createNamesrvController).
NAMESERVER_PORT = 9876
# Port. A broker listens there, listenPort (BrokerStartup#createBrokerController).
BROKER_PORT = 10911
# Difference of ports. The fast port, to which clients send, lies below listenPort (BrokerController#initialize).
FAST_PORT_SHIFT = -2
# Difference of ports. The port of replication lies above listenPort (BrokerStartup#createBrokerController).
HA_PORT_SHIFT = 1
# Differences of ports. All that a broker listens on (BrokerController#initialize).
BROKER_PORT_SHIFTS = (FAST_PORT_SHIFT, 0, HA_PORT_SHIFT)
# Path. Below it an address server has the lists of name servers (MixAll#getWSAddr).
ADDRESS_SERVER_DIRECTORY = "/rocketmq/"

# --- periods of name servers and brokers ----------------------------------------------------------------

# Seconds. A name server forgets a broker that does not register (RouteInfoManager.BROKER_CHANNEL_EXPIRED_TIME).
BROKER_EXPIRY = 120
# Seconds. A name server looks so often whom to forget (NamesrvController#initialize).
BROKER_EXPIRY_SCAN = 10
# Seconds. A broker registers so often (BrokerConfig.registerNameServerPeriod).
REGISTRATION_PERIOD = 30
# Seconds. A broker registers at least so often, whatever it is configured for (BrokerController#start).
REGISTRATION_PERIOD_MOST = 60
# Seconds. A broker without a list of name servers fetches one so long after its start (BrokerController#initialize).
ADDRESS_FETCH_FIRST = 10
# Seconds. It fetches its list so often (BrokerController#initialize).
ADDRESS_FETCH = 120
# Seconds. It gives up a fetch after so long (TopAddressing#fetchNSAddr).
ADDRESS_FETCH_TIMEOUT = 3
# Seconds. A broker forgets a consumer that sends no heartbeats (ConsumerManager.CHANNEL_EXPIRED_TIMEOUT).
CLIENT_EXPIRY = 120
# Seconds. A broker looks so often which clients to forget (ClientHousekeepingService#start).
CLIENT_EXPIRY_SCAN = 10
# Seconds. A slave takes over its master's topics, groups and offsets so often (BrokerController#initialize).
SLAVE_SYNC = 60
# Seconds. A broker asks so often about undecided transactional messages (BrokerConfig.transactionCheckInterval).
TRANSACTION_CHECK = 60
# Number. A broker drops a transactional message that so many checks leave undecided (BrokerConfig.transactionCheckMax).
TRANSACTION_CHECKS = 15

# --- periods of clients ---------------------------------------------------------------------------------

# Seconds. A client asks its name server for its routes so often (ClientConfig.pollNameServerInterval).
CLIENT_POLL = 30
# Seconds. A client sends heartbeats to its brokers so often (ClientConfig.heartbeatBrokerInterval).
CLIENT_HEARTBEAT = 30
# Seconds. A client sends its heartbeats so long after it has polled (MQClientInstance#startScheduledTask).
CLIENT_HEARTBEAT_AFTER_POLL = 1
# Seconds. A consumer divides the queues anew so often (RebalanceService.waitInterval).
REBALANCE = 20
# Seconds. A consumer commits its offsets so often (ClientConfig.persistConsumerOffsetInterval).
OFFSET_COMMIT = 5
# Seconds. An ordered consumer renews the locks of its queues so often (ProcessQueue.REBALANCE_LOCK_INTERVAL).
LOCK_RENEWAL = 20
# Seconds. An ordered consumer takes a lock for lost that is not renewed (ProcessQueue.REBALANCE_LOCK_MAX_LIVE_TIME).
LOCK_EXPIRY_CLIENT = 30
# Seconds. A broker gives away a lock that is not renewed (RebalanceLockManager.REBALANCE_LOCK_MAX_LIVE_TIME).
LOCK_EXPIRY_BROKER = 60

# --- brokers and permissions ----------------------------------------------------------------------------

# Number. The broker id of a master (MixAll.MASTER_ID).
MASTER_ID = 0
# Bit. Consumers may read (PermName.PERM_READ).
PERM_READ = 4
# Bit. Producers may write (PermName.PERM_WRITE).
PERM_WRITE = 2
# Bit. Topics may be created by the example of this one (PermName.PERM_INHERIT).
PERM_INHERIT = 1
# Bits. With both a broker publishes each topic's own permission, else its own (BrokerController#registerBrokerAll).
READ_WRITE = PERM_READ | PERM_WRITE
# Bits. What a broker's own topics may have at most (TopicConfigManager#TopicConfigManager).
PERM_ALL = READ_WRITE | PERM_INHERIT
# Bits. What a topic may be given (PermName.PERM_READ, PermName.PERM_WRITE).
TOPIC_PERMISSIONS = (0, PERM_WRITE, PERM_READ, READ_WRITE)
# Name. The setting with a broker's permission (BrokerConfig.brokerPermission).
PERMISSION_KEY = "brokerPermission"
# Bits. A broker that is closed, one that can only be read, and one that is open (BrokerConfig.brokerPermission).
BROKER_PERMISSIONS = (0, PERM_READ, READ_WRITE)

# --- topics and groups ----------------------------------------------------------------------------------

# Bytes. Messages keep the length of their topic in one signed byte (DefaultMessageStore#putMessage).
TOPIC_NAME_LIMIT = 127
# Bytes. A longer group's retry topic would be too long for messages (MixAll#getRetryTopic).
GROUP_NAME_LIMIT = TOPIC_NAME_LIMIT - len(RETRY_PREFIX)
# Pattern. Names that Java clients use; a broker takes any (Validators.VALID_PATTERN_STR).
NAME_PATTERN = r"[%|a-zA-Z0-9_-]+"
# Name. Messages of the topic carry one tag (TopicFilterType.SINGLE_TAG).
SINGLE_TAG = "SINGLE_TAG"
# Name. Messages of the topic carry several tags (TopicFilterType.MULTI_TAG).
MULTI_TAG = "MULTI_TAG"
# Names. Both of them (TopicFilterType.SINGLE_TAG, TopicFilterType.MULTI_TAG).
FILTER_TYPES = (SINGLE_TAG, MULTI_TAG)
# Bits. All flags of a topic: of a unit, and subscribed by units (TopicSysFlag.FLAG_UNIT, TopicSysFlag.FLAG_UNIT_SUB).
TOPIC_FLAGS = 1 | 2
# Number. Queues, at most, of a topic that a broker creates by itself (BrokerConfig.defaultTopicQueueNums).
TOPIC_QUEUES = 8
# Number. Queues that a producer asks for when its topic is created (DefaultMQProducer.defaultTopicQueueNums).
PRODUCER_TOPIC_QUEUES = 4
# Number. Queues of the widest topic that every broker has, BenchmarkTest (TopicConfigManager#TopicConfigManager).
MOST_QUEUES = 1024
# Truth. Whether a group may consume, by default (SubscriptionGroupConfig.consumeEnable).
GROUP_CONSUME_ENABLE = True
# Truth. A setting of a group that brokers keep and do not use (SubscriptionGroupConfig.consumeFromMinEnable).
GROUP_CONSUME_FROM_MIN = True
# Truth. Whether a group may broadcast, by default (SubscriptionGroupConfig.consumeBroadcastEnable).
GROUP_BROADCAST = True
# Number. Queues for the retries of a group, by default (SubscriptionGroupConfig.retryQueueNums).
GROUP_RETRY_QUEUES = 1
# Number. A message becomes a dead letter after so many retries (SubscriptionGroupConfig.retryMaxTimes).
GROUP_RETRY_MAX = 16
# Number. The broker id from which a group consumes, by default (SubscriptionGroupConfig.brokerId).
GROUP_BROKER_ID = MASTER_ID
# Number. The same of a group that is slow (SubscriptionGroupConfig.whichBrokerWhenConsumeSlowly).
GROUP_SLOW_BROKER_ID = 1
# Truth. Whether the clients of a group learn of changes (SubscriptionGroupConfig.notifyConsumerIdsChangedEnable).
GROUP_NOTIFY_CHANGES = True

# --- settings that a configuration does not say ---------------------------------------------------------

# Seconds by letter. Units of the delay levels (ScheduleMessageService#parseDelayLevel).
DELAY_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Text. How long a message waits in each delay level, in their order (MessageStoreConfig.messageDelayLevel).
DELAY_LEVELS = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h"
# Number. How many delay levels there are (MessageStoreConfig.messageDelayLevel).
DELAY_LEVEL_COUNT = len(DELAY_LEVELS.split())
# Percent. From so full a disk on messages are deleted before their time (MessageStoreConfig.diskMaxUsedSpaceRatio).
DISK_RATIO = 75
# Percent. Lowest and highest such ratio that is taken (MessageStoreConfig#getDiskMaxUsedSpaceRatio).
DISK_RATIO_BOUNDS = (10, 95)
# Texts by key. Settings of a broker as it tells them (MessageStoreConfig.maxMessageSize and as said at each of them).
BROKER_DEFAULTS = {
    "messageDelayLevel": DELAY_LEVELS,  # text (MessageStoreConfig.messageDelayLevel)
    "maxMessageSize": str(4 * 1024 * 1024),  # bytes (MessageStoreConfig.maxMessageSize)
    "aclEnable": "false",  # truth (BrokerConfig.aclEnable)
    "autoCreateTopicEnable": "true",  # truth (BrokerConfig.autoCreateTopicEnable)
    "autoCreateSubscriptionGroup": "true",  # truth (BrokerConfig.autoCreateSubscriptionGroup)
    "enablePropertyFilter": "false",  # truth (BrokerConfig.enablePropertyFilter)
    "traceTopicEnable": "false",  # truth (BrokerConfig.traceTopicEnable)
    "msgTraceTopicName": TRACE_TOPIC,  # name (BrokerConfig.msgTraceTopicName)
    "fileReservedTime": "72",  # hours (MessageStoreConfig.fileReservedTime)
    "diskMaxUsedSpaceRatio": str(DISK_RATIO),  # percent (MessageStoreConfig.diskMaxUsedSpaceRatio)
    "brokerPermission": str(READ_WRITE),  # bits (BrokerConfig.brokerPermission)
}
# Texts by key. Settings of a name server as it tells them (NamesrvConfig.orderMessageEnable).
NAMESERVER_DEFAULTS = {
    "orderMessageEnable": "false",  # truth (NamesrvConfig.orderMessageEnable)
}

# --- namespaces of a name server ------------------------------------------------------------------------

# Name. Where a name server keeps which topics are ordered, and their queues (NamesrvUtil.NAMESPACE_ORDER_TOPIC_CONFIG).
ORDER_NAMESPACE = "ORDER_TOPIC_CONFIG"

# --- response codes -------------------------------------------------------------------------------------

# Code. It was done, or will be (RemotingSysResponseCode.SUCCESS).
SUCCESS = 0
# Code. Whatever has no code of its own; the remark says what (RemotingSysResponseCode.SYSTEM_ERROR).
SYSTEM_ERROR = 1
# Code. A message is stored, and was not on the disk in time (ResponseCode.FLUSH_DISK_TIMEOUT).
FLUSH_DISK_TIMEOUT = 10
# Code. A message is stored, and no slave was there (ResponseCode.SLAVE_NOT_AVAILABLE).
SLAVE_NOT_AVAILABLE = 11
# Code. A message is stored, and was not at a slave in time (ResponseCode.FLUSH_SLAVE_TIMEOUT).
FLUSH_SLAVE_TIMEOUT = 12
# Code. The topic is not in the table, or has no route (ResponseCode.TOPIC_NOT_EXIST).
TOPIC_NOT_EXIST = 17
# Code. A pull found no new message (ResponseCode.PULL_NOT_FOUND).
PULL_NOT_FOUND = 19
# Code. A pull found nothing that matches and goes on further behind (ResponseCode.PULL_RETRY_IMMEDIATELY).
PULL_RETRY_IMMEDIATELY = 20
# Code. A pull asked beyond what a queue holds (ResponseCode.PULL_OFFSET_MOVED).
PULL_OFFSET_MOVED = 21
# Code. Nothing is stored under what was asked for (ResponseCode.QUERY_NOT_FOUND).
QUERY_NOT_FOUND = 22
# Code. The group has no client at this broker (ResponseCode.CONSUMER_NOT_ONLINE).
CONSUMER_NOT_ONLINE = 206
# Names by code. What may be answered (RemotingSysResponseCode.SUCCESS and on, ResponseCode.FLUSH_DISK_TIMEOUT and on).
RESPONSE_NAMES = {
    SUCCESS: "SUCCESS",
    SYSTEM_ERROR: "SYSTEM_ERROR",
    2: "SYSTEM_BUSY",
    3: "REQUEST_CODE_NOT_SUPPORTED",
    4: "TRANSACTION_FAILED",
    FLUSH_DISK_TIMEOUT: "FLUSH_DISK_TIMEOUT",
    SLAVE_NOT_AVAILABLE: "SLAVE_NOT_AVAILABLE",
    FLUSH_SLAVE_TIMEOUT: "FLUSH_SLAVE_TIMEOUT",
    13: "MESSAGE_ILLEGAL",
    14: "SERVICE_NOT_AVAILABLE",
    15: "VERSION_NOT_SUPPORTED",
    16: "NO_PERMISSION",
    TOPIC_NOT_EXIST: "TOPIC_NOT_EXIST",
    18: "TOPIC_EXIST_ALREADY",
    PULL_NOT_FOUND: "PULL_NOT_FOUND",
    PULL_RETRY_IMMEDIATELY: "PULL_RETRY_IMMEDIATELY",
    PULL_OFFSET_MOVED: "PULL_OFFSET_MOVED",
    QUERY_NOT_FOUND: "QUERY_NOT_FOUND",
    23: "SUBSCRIPTION_PARSE_FAILED",
    24: "SUBSCRIPTION_NOT_EXIST",
    25: "SUBSCRIPTION_NOT_LATEST",
    26: "SUBSCRIPTION_GROUP_NOT_EXIST",
    204: "NO_BUYER_ID",
    205: "NOT_IN_CURRENT_UNIT",
    CONSUMER_NOT_ONLINE: "CONSUMER_NOT_ONLINE",
    207: "CONSUME_MSG_TIMEOUT",
    208: "NO_MESSAGE",
}

# --- messages -------------------------------------------------------------------------------------------

# Number without a sign. What a record of a message begins with, behind its size (MessageDecoder.MESSAGE_MAGIC_CODE).
MESSAGE_MAGIC = 0xDAA320A7
# Number without a sign. The same, of what fills the end of a commit log file (CommitLog.BLANK_MAGIC_CODE).
BLANK_MAGIC = 0xCBD43194
# Bytes. A record of a message without body, topic and properties (CommitLog#calMsgLength).
LEAST_MESSAGE = 91
# Number. A pull is answered with so many messages at most (MessageStoreConfig.maxTransferCountOnMessageInMemory).
PULL_COUNT = 32
# Bit. A pull that says what it subscribes to, so that no client has to be online (PullSysFlag.FLAG_SUBSCRIPTION).
PULL_SUBSCRIPTION = 4
# Bit. The body of a message is compressed (MessageSysFlag.COMPRESSED_FLAG).
COMPRESSED = 1
# Bits. Where a message says its part in a transaction (MessageSysFlag.TRANSACTION_ROLLBACK_TYPE).
TRANSACTION_BITS = 0x0C
# Bit. The message of a transaction that was committed (MessageSysFlag.TRANSACTION_COMMIT_TYPE).
TRANSACTION_COMMITTED = 0x08

# --- properties of messages -----------------------------------------------------------------------------

# Name. Words by which a message is found (MessageConst.PROPERTY_KEYS).
KEYS = "KEYS"
# Name. Whether the producer waits for the disk (MessageConst.PROPERTY_WAIT_STORE_MSG_OK).
WAIT = "WAIT"
# Name. The delay level (MessageConst.PROPERTY_DELAY_TIME_LEVEL).
DELAY = "DELAY"
# Name. The topic of a retry before it was one (MessageConst.PROPERTY_RETRY_TOPIC).
RETRY_TOPIC = "RETRY_TOPIC"
# Name. The topic of a delayed or half message (MessageConst.PROPERTY_REAL_TOPIC).
REAL_TOPIC = "REAL_TOPIC"
# Name. The queue of a delayed or half message (MessageConst.PROPERTY_REAL_QUEUE_ID).
REAL_QUEUE = "REAL_QID"
# Name. Says that it is a half message (MessageConst.PROPERTY_TRANSACTION_PREPARED).
HALF_MESSAGE = "TRAN_MSG"
# Name. The group of the producer (MessageConst.PROPERTY_PRODUCER_GROUP).
PRODUCER_GROUP = "PGROUP"
# Name. The queue's first offset when the message was pulled (MessageConst.PROPERTY_MIN_OFFSET).
MIN_OFFSET = "MIN_OFFSET"
# Name. The queue's end when the message was pulled (MessageConst.PROPERTY_MAX_OFFSET).
MAX_OFFSET = "MAX_OFFSET"
# Name. How often it was tried already (MessageConst.PROPERTY_RECONSUME_TIME).
RECONSUME_TIME = "RECONSUME_TIME"
# Name. How often it is to be tried (MessageConst.PROPERTY_MAX_RECONSUME_TIMES).
MAX_RECONSUME_TIMES = "MAX_RECONSUME_TIMES"
# Name. When a client began with it (MessageConst.PROPERTY_CONSUME_START_TIMESTAMP).
CONSUME_START_TIME = "CONSUME_START_TIME"
# Name. The offset of a half message's first copy (MessageConst.PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET).
FIRST_HALF_OFFSET = "TRAN_PREPARED_QUEUE_OFFSET"
# Name. How often a half message was asked about (MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES).
TRANSACTION_CHECK_TIMES = "TRANSACTION_CHECK_TIMES"

# --- what it costs --------------------------------------------------------------------------------------

# Bytes. Frame, header and the wrapper around a table (observed: a few hundred bytes in frames of a real broker).
TABLE_FRAME = 512
# Milliseconds of CPU, lowest and highest. What creating a topic costs one broker for each that its table has already:
# every creation writes and registers the whole table (observed: real brokers with 1,000 to 104,000 topics).
TOPIC_CREATION_MS = (0.0046, 0.0087)
# Milliseconds of CPU, lowest and highest. The same of groups (observed: real brokers with 1,000 to 52,000 groups).
GROUP_CREATION_MS = (0.009, 0.012)
# Seconds. What a creation takes with an empty table (observed: tables of 200 to 104,000 topics on two shared cores).
CREATION = 0.005
# Seconds. What each entry of the table adds to it (observed: the same; 7 ms at 1,000 topics, 600 ms at 70,000).
CREATION_PER_ENTRY = 7e-6
# Seconds. From the start of a broker with a seeded table until it is listed (observed: 7 s with 3,000 topics).
SEEDED_START = 7.0
# Seconds. What each topic of that table adds (observed: 20 s with 50,000 topics).
SEEDED_START_PER_TOPIC = 0.0003
# Bytes. What a JVM and its machine need beside heap and direct memory: metaspace, stacks, mapped pages at work
# (assumed: no measurement is kept).
MEMORY_BESIDE = 512 * 1024**2
# Number. Mappings and open files of a process that serves no queue yet: libraries, threads, first files of the store
# (assumed: no measurement is kept).
FILES_BESIDE = 1000
