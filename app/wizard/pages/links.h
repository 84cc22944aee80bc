#pragma once

/// Addresses that pages show (ux.md R138).
namespace edgelift::wizard::links {

/// Errors, how long a transfer takes and how to test its speed, a transit instance that was released by accident.
inline constexpr char faq[] = "https://www.alibabacloud.com/help/en/server-migration-center/latest/smc-faq";
inline constexpr char ensConsole[] = "https://ens.console.aliyun.com/";
inline constexpr char ecsConsole[] = "https://ecs.console.aliyun.com/";

}
