#include "core/cloud/errorrules.h"

#include <algorithm>

namespace edgelift {

namespace {

constexpr auto never = Retry::Never;
constexpr auto wait = Retry::AfterWait;
constexpr auto user = Retry::AfterUserAction;
constexpr auto no = Repeat::No;
constexpr auto yes = Repeat::Yes;
constexpr auto harmless = Repeat::IfHarmless;

// clang-format off
/// Sources: error tables of the ECS, VPC, ENS, STS, OSS and SMC references, the gateway's codes, and the retry list of the vendor's
/// Terraform provider. The first match counts: rules for one call stand before those for any.
constexpr ErrorRule rules[] = {
    // who signs
    {"SignatureNonceUsed", nullptr, ErrorCode::CloudTimedOut, wait, harmless}, // our nonces are new: something on the way sent it twice
    {"SignatureDoesNotMatch", nullptr, ErrorCode::CredentialsWrong, user, no},
    {"IncompleteSignature", nullptr, ErrorCode::CredentialsWrong, user, no},
    {"InvalidAccessKeyId*", nullptr, ErrorCode::CredentialsWrong, user, no},
    {"Forbidden.AccessKeyDisabled", nullptr, ErrorCode::CredentialsWrong, user, no},
    {"InvalidSecurityToken.Expired", nullptr, ErrorCode::CredentialsExpired, wait, no},
    {"SecurityTokenExpired", nullptr, ErrorCode::CredentialsExpired, wait, no},
    {"InvalidSecurityToken*", nullptr, ErrorCode::CredentialsWrong, user, no},
    {"InvalidTimeStamp*", nullptr, ErrorCode::ClockSkew, user, no},
    {"IllegalTimestamp*", nullptr, ErrorCode::ClockSkew, user, no},
    {"RequestTimeTooSkewed", nullptr, ErrorCode::ClockSkew, user, no},
    // how often
    {"Throttling*", nullptr, ErrorCode::CloudThrottled, wait, yes},
    {"Rejected.Throttling", nullptr, ErrorCode::CloudThrottled, wait, yes},
    {"ServiceUnavailable*", nullptr, ErrorCode::CloudThrottled, wait, yes},
    {"SystemBusy", nullptr, ErrorCode::CloudThrottled, wait, yes},
    // what the account may and has
    {"EntityNotExist.Role", "GetRole", ErrorCode::ResourceMissing, never, no},
    {"EntityNotExist.Role", nullptr, ErrorCode::RoleMissing, user, no},
    {"NoSetRoletoECSServiceAcount", nullptr, ErrorCode::RoleMissing, user, no}, // spelt as in the API
    {"InvalidOSS.NotAuthorized", nullptr, ErrorCode::RoleMissing, user, no},
    {"InvalidRamRole.NotFound", nullptr, ErrorCode::RoleMissing, user, no},
    {"Forbidden*", nullptr, ErrorCode::PermissionMissing, user, no},
    {"NoPermission*", nullptr, ErrorCode::PermissionMissing, user, no},
    {"AccessDenied", nullptr, ErrorCode::PermissionMissing, user, no},
    {"InvalidUser.PassRoleForbidden", nullptr, ErrorCode::PermissionMissing, user, no},
    {"UserNotInTheWhiteList", nullptr, ErrorCode::PermissionMissing, user, no},
    {"RealNameAuthenticationError", nullptr, ErrorCode::PermissionMissing, user, no},
    {"SecurityRisk.*", nullptr, ErrorCode::PermissionMissing, user, no},
    {"InvalidAccountStatus.SnapshotServiceUnavailable", nullptr, ErrorCode::ServiceNotActivated, user, no},
    {"*NotEnoughBalance", nullptr, ErrorCode::BalanceTooLow, user, no},
    {"Account.Arrearage", nullptr, ErrorCode::BalanceTooLow, user, no},
    {"InsufficientBalance", nullptr, ErrorCode::BalanceTooLow, user, no},
    {"UserDisable", nullptr, ErrorCode::BalanceTooLow, user, no}, // OSS of an account in debt
    {"ConcurrentQuotaExceed*", nullptr, ErrorCode::QuotaExceeded, wait, no},
    {"WeeklyQuotaExceed*", nullptr, ErrorCode::QuotaExceeded, wait, no},
    {"QuotaExceed*", nullptr, ErrorCode::QuotaExceeded, user, no},
    {"NumberExceed*", nullptr, ErrorCode::QuotaExceeded, user, no},
    // what can be had
    {"OperationDenied.NoStock", nullptr, ErrorCode::StockSoldOut, user, no},
    {"Zone.NotOnSale", nullptr, ErrorCode::StockSoldOut, user, no},
    {"LackResource", nullptr, ErrorCode::StockSoldOut, user, no},
    {"StockNotEnough", nullptr, ErrorCode::StockSoldOut, user, no},
    {"InvalidInstanceType.*", nullptr, ErrorCode::StockSoldOut, user, no},
    {"InvalidResourceType.NotSupported", nullptr, ErrorCode::StockSoldOut, user, no},
    {"InvalidImageFormat.RegionNotSupported", nullptr, ErrorCode::RegionUnsupported, user, no},
    {"InvalidRegionId*", nullptr, ErrorCode::RegionUnsupported, user, no},
    {"InvalidRegion.*", nullptr, ErrorCode::RegionUnsupported, user, no},
    // things that are not there
    {"InvalidOSSBucket.NotFound", nullptr, ErrorCode::BucketMissing, user, no},
    {"NoSuchBucket", nullptr, ErrorCode::BucketMissing, user, no},
    {"InvalidOSSBucket.NotMatched", nullptr, ErrorCode::BucketInOtherRegion, user, no},
    {"InvalidOSSBucket.EncryptUnsupported", nullptr, ErrorCode::BucketUnsuitable, user, no},
    {"InvalidOSSObject.NeedRestore", nullptr, ErrorCode::BucketUnsuitable, user, no},
    {"InvalidImageName.Duplicated", nullptr, ErrorCode::ImageNameTaken, user, no},
    {"ImageName.UsedByReplicationJob", nullptr, ErrorCode::ImageNameTaken, user, no},
    {"InvalidVpcI*", nullptr, ErrorCode::NetworkMissing, user, no}, // InvalidVpcId and InvalidVpcID
    {"InvalidVSwitchI*", nullptr, ErrorCode::NetworkMissing, user, no},
    {"InvalidVswitchI*", nullptr, ErrorCode::NetworkMissing, user, no},
    {"InvalidSecurityGroup*", nullptr, ErrorCode::NetworkMissing, user, no},
    {"VSwitchIdVpcId.Mismatch", nullptr, ErrorCode::NetworkMissing, user, no},
    // making and exporting images
    {"ImageIsExporting", "ExportImage", ErrorCode::ExportFailed, wait, no}, // EcsImageApi finds the task that runs
    {"OperationDenied", "ExportImage", ErrorCode::ExportFailed, never, no},
    {"InvalidImage.DiskAmountOrSize", nullptr, ErrorCode::ExportFailed, never, no},
    {"ImageNotSupported", nullptr, ErrorCode::ExportFailed, never, no},
    {"InvalidImageCategory.NotSupported", nullptr, ErrorCode::ExportFailed, never, no},
    {"InvalidImageLicense.NotSupported", nullptr, ErrorCode::ExportFailed, never, no},
    {"ExportImageFailed", nullptr, ErrorCode::ExportFailed, wait, no},
    {"IncorrectDiskStatus.Never*", nullptr, ErrorCode::SnapshotFailed, never, no}, // never attached to an instance that ran
    {"OperationDenied.InvalidSnapshotCategory", nullptr, ErrorCode::ImageFailed, never, no},
    {"InvalidDiskCategory.CreateImage", nullptr, ErrorCode::ImageFailed, never, no},
    {"InvalidSystemSnapshot.Missing", nullptr, ErrorCode::ImageFailed, never, no},
    {"CallInterface", "ImportImage", ErrorCode::ImportFailed, wait, harmless},
    {"ens.interface.error", "ImportImage", ErrorCode::ImportFailed, wait, harmless},
    // not now: another operation is under way, or something still uses the thing
    {"OperationConflict", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"OperationFailed.ResourceConflict", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"TaskConflict", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"LastTokenProcessing", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"IdempotentProcessing", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"TOKEN_PROCESSING", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"IncorrectInstanceStatus*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"IncorrectDiskStatus*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"IncorrectVSwitchStatus*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"IncorrectVpcStatus*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"IncorrectImageStatus*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"DependencyViolation*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"DiskInCoolingPeriod", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"DiskCreatingSnapshot", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"InvalidSnapshotId.NotReady", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"TooManySnapshot.Unfinished", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"SnapshotCreatedImage", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"ImageIs*", nullptr, ErrorCode::CloudRefused, wait, yes},
    {"ImageUsingByInstance", nullptr, ErrorCode::CloudRefused, wait, yes},
    // the cloud's own trouble
    {"InternalError*", nullptr, ErrorCode::CloudRefused, wait, harmless},
    {"UnknownError", nullptr, ErrorCode::CloudRefused, wait, harmless},
    {"CallInterface", nullptr, ErrorCode::CloudRefused, wait, harmless},
    {"ens.interface.error", nullptr, ErrorCode::CloudRefused, wait, harmless},
    {"RequestTimeout", nullptr, ErrorCode::CloudRefused, wait, harmless},
    // activation codes (our own service)
    {"AccessToken.NotFound", nullptr, ErrorCode::CodeRejected, user, no},
    {"AccessToken.Expired", nullptr, ErrorCode::CodeExpired, user, no},
    {"AccessToken.QuotaExceeded", nullptr, ErrorCode::CodeUsedUp, user, no},
    {"AccessToken.Disabled", nullptr, ErrorCode::CodeDisabled, user, no},
    {"Session.Invalid", nullptr, ErrorCode::CodeRejected, user, no},
    // the rest of what is not there: after the rules above, because some of these names mean other things
    {"InvalidAction.NotFound", nullptr, ErrorCode::CloudRefused, never, no},
    {"NoSuch*", nullptr, ErrorCode::ResourceMissing, never, no},
    {"*NotFound", nullptr, ErrorCode::ResourceMissing, never, no},
    {"EntityNotExist*", nullptr, ErrorCode::ResourceMissing, never, no},
};
// clang-format on

bool matches(QLatin1String pattern, const QString &text)
{
    if (pattern.endsWith(QLatin1Char('*')))
        return text.startsWith(pattern.chopped(1));
    if (pattern.startsWith(QLatin1Char('*')))
        return text.endsWith(pattern.mid(1));
    return text == pattern;
}

}

const ErrorRule *findRule(const QString &cloudCode, const QString &action)
{
    const auto *found = std::find_if(std::begin(rules), std::end(rules), [&](const ErrorRule &rule) {
        return (!rule.action || action == QLatin1String(rule.action)) && matches(QLatin1String(rule.pattern), cloudCode);
    });
    return found == std::end(rules) ? nullptr : found;
}

}
