"""Server error code → Prisma's code; `prismongo.stores.codes` has the names of all.

https://www.mongodb.com/docs/manual/reference/error-codes/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SERVER_CODES: Final[Mapping[int, str]] = {
    11: "P1000",  # UserNotFound
    18: "P1000",  # AuthenticationFailed
    214: "P1000",  # AuthenticationRestrictionUnmet
    334: "P1000",  # MechanismUnavailable
    391: "P1000",  # ReauthenticationRequired
    8000: "P1000",  # AtlasError: bad auth, and other things
    6: "P1001",  # HostUnreachable: mongos says so of a shard
    7: "P1001",  # HostNotFound
    91: "P1001",  # ShutdownInProgress
    94: "P1001",  # NotYetInitialized
    133: "P1001",  # FailedToSatisfyReadPreference
    189: "P1001",  # PrimarySteppedDown
    216: "P1001",  # ElectionInProgress
    10058: "P1001",  # LegacyNotPrimary
    10107: "P1001",  # NotWritablePrimary
    11600: "P1001",  # InterruptedAtShutdown
    11602: "P1001",  # InterruptedDueToReplStateChange
    13435: "P1001",  # NotPrimaryNoSecondaryOk
    13436: "P1001",  # NotPrimaryOrSecondary
    50: "P1008",  # MaxTimeMSExpired
    64: "P1008",  # WriteConcernTimeout: a majority did not answer in wtimeout
    89: "P1008",  # NetworkTimeout
    202: "P1008",  # NetworkInterfaceExceededTimeLimit
    262: "P1008",  # ExceededTimeLimit
    407: "P1008",  # PooledConnectionAcquisitionExceededTimeLimit: of a mongos to a shard
    13: "P1010",  # Unauthorized
    279: "P1017",  # ClientDisconnect
    9001: "P1017",  # SocketException
    116: "P2000",  # DocTooLargeForCapped
    10003: "P2000",  # CannotGrowDocumentInCappedNamespace
    10334: "P2000",  # BSONObjectTooLarge
    17419: "P2000",  # resulting document after update is too large
    17420: "P2000",  # document to upsert is too large
    11000: "P2002",  # DuplicateKey
    11001: "P2002",  # DuplicateKey, of old
    12582: "P2002",  # DuplicateKey, sharded
    121: "P2004",  # DocumentValidationFailure; P2011 where a null was refused
    61: "P2012",  # ShardKeyNotFound
    241: "P2020",  # ConversionFailure: a number left its type's range
    26: "P2021",  # NamespaceNotFound
    22: "P2023",  # InvalidBSON
    27: "P2026",  # IndexNotFound: a search without a text index
    59: "P2026",  # CommandNotFound
    115: "P2026",  # CommandNotSupported
    166: "P2026",  # CommandNotSupportedOnView
    224: "P2026",  # QueryFeatureNotAllowed
    238: "P2026",  # NotImplemented
    263: "P2026",  # OperationNotSupportedInTransaction
    291: "P2026",  # NoQueryExecutionPlans: of a search
    217: "P2028",  # IncompleteTransactionHistory
    225: "P2028",  # TransactionTooOld
    251: "P2028",  # NoSuchTransaction
    256: "P2028",  # TransactionCommitted
    257: "P2028",  # TransactionTooLarge
    290: "P2028",  # TransactionExceededLifetimeLimitSeconds
    388: "P2028",  # TransactionTooLargeForCache
    20: "P2031",  # IllegalOperation: transaction numbers need a replica set
    24: "P2034",  # LockTimeout
    112: "P2034",  # WriteConflict
    239: "P2034",  # SnapshotTooOld
    246: "P2034",  # SnapshotUnavailable
    267: "P2034",  # PreparedTransactionInProgress
    272: "P2034",  # MigrationConflict
    282: "P2034",  # TransactionCoordinatorReachedAbortDecision
    365: "P2034",  # TemporarilyUnavailable
}
