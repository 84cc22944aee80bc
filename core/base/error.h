#pragma once
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace edgelift {

/// Stable numbers: they appear in logs, in JSON and on the error page ("EL-0301"). Add at the end of a block, never renumber.
/// Each code has a name and a text in errortable.cpp; a test walks the table.
enum class ErrorCode : quint16 {
    // 1–49: this program and the machine it runs on
    Internal = 1,
    UsageWrong = 2,
    PermissionDenied = 3,
    ToolMissing = 4,
    ToolFailed = 5,
    ToolTimedOut = 6,
    NoSpace = 7,
    FileUnreadable = 8,
    FileUnwritable = 9,
    JournalUnreadable = 11,
    StateUnreadable = 12,
    // 51–99: the plan
    PlanUnreadable = 51,
    PlanUnknownKey = 52,
    PlanVersion = 53,
    PlanValueWrong = 54,
    PlanRuleBroken = 55,
    PlanForOtherSource = 56,
    LayoutChangeUnsupported = 57,
    // 101–149: the source server and its disks
    SourceUnreadable = 101,
    SourceMissing = 102,
    SourceEmpty = 103,
    SourceChanged = 104,
    SourceBusy = 105,
    ImageFormatUnsupported = 106,
    PartitionTableDamaged = 107,
    PartitionTableLoops = 108,
    NotLinux = 109,
    ArchitectureUnsupported = 110,
    TooManyDataDisks = 111,
    DataDiskTooLarge = 112,
    NoRootFilesystem = 113,
    FilesystemDamaged = 114,
    VolumeUnsupported = 115,
    BootLoaderMissing = 116,
    VirtioMissing = 117,
    LiveSourceUnsupported = 118,
    SourceUnsteady = 119,
    FreezeDisturbed = 120,
    AreaNotQuiet = 121,
    TrackingLost = 122,
    FreezeTooLong = 123,
    RescanTooLong = 124,
    TrackerUnavailable = 130,
    FreezeFailed = 131,
    FreezeBroken = 132,
    HookFailed = 133,
    DeviceStackUnsupported = 140,
    // 201–249: the link to the receiver, and the receiver
    ReceiverUnreachable = 201,
    ReceiverVersion = 202,
    FrameMalformed = 203,
    PeerNotTrusted = 204,
    EpochUnknown = 205,
    DataCorrupted = 206,
    TargetDiskMissing = 207,
    TargetDiskTooSmall = 208,
    TargetWriteFailed = 209,
    TargetReadFailed = 210,
    VerificationFailed = 211,
    LinkLost = 212,
    LinkStalled = 213,
    OutsideRegion = 214,
    TargetTableFailed = 215,
    TargetDiskBusy = 216,
    RoundPassed = 217,
    ConversionBlocked = 218,
    TargetBuildFailed = 220,
    TargetFilesystemFull = 221,
    FileCopyFailed = 222,
    // 301–349: the cloud
    CloudRefused = 301,
    CloudThrottled = 302,
    CloudReplyUnreadable = 303,
    CloudUnreachable = 304,
    CredentialsWrong = 305,
    CredentialsExpired = 306,
    PermissionMissing = 307,
    ClockSkew = 308,
    BucketMissing = 309,
    BucketInOtherRegion = 310,
    BucketUnsuitable = 311,
    ImageNameTaken = 312,
    StockSoldOut = 313,
    QuotaExceeded = 314,
    BalanceTooLow = 315,
    RoleMissing = 316,
    ServiceNotActivated = 317,
    RegionUnsupported = 318,
    NetworkMissing = 319,
    TransitReleased = 320,
    TransitNotReady = 321,
    SnapshotFailed = 322,
    ImageFailed = 323,
    ExportFailed = 324,
    ImportFailed = 325,
    CloudTimedOut = 326,
    ResourceMissing = 327,
    BundleMissing = 328,
    // 351–369: activation codes
    CodeMistyped = 351,
    CodeRejected = 352,
    CodeExpired = 353,
    CodeUsedUp = 354,
    CodeDisabled = 355,
    CodeMissing = 356,
    // 401–419: agent and jobs
    AgentUnreachable = 401,
    AgentVersion = 402,
    JobRunning = 403,
    JobUnknown = 404,
    JobStateWrong = 405,
    RequestMalformed = 406,
    PlanChangeRefused = 407,
    LayoutSettled = 408,
};

/// What a caller may do about it. Decided where the error is made, because only that place knows.
enum class Retry : quint8 { Never, AfterWait, AfterUserAction };

/// Why an operation failed. `args` are facts for the shown text (device, region, size) in the order errortable.cpp uses them;
/// `detail` is for the log: English, untranslated, and free of secrets.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    Retry retry = Retry::Never;
    QStringList args;
    QString detail;
};

}

Q_DECLARE_METATYPE(edgelift::Error)
