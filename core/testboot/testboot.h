#pragma once
#include "core/testboot/bootimage.h"
#include "core/testboot/bootwatch.h"

#include <QJsonObject>
#include <chrono>
#include <stop_token>

namespace edgelift::testboot {

struct TestBootSetting
{
    BootMode bootMode = BootMode::Bios;
    QString folder; ///< exists; the console's log is written there, and what the machine writes to its disks (as long as it runs)
    std::chrono::seconds limit{480}; ///< emulated machines on a busy machine are slow; below what callers wait (10 minutes)
};

struct TestBootResult
{
    BootStage reached = BootStage::Nothing;
    bool login = false; ///< a login prompt was seen on the serial console
    QString address; ///< the machine got by DHCP
    bool answered = false; ///< it answered when it was asked for a TCP connection
    QString trouble; ///< what the console said of a failure; also what QEMU said when it did not start
    qint64 seconds = 0;
    QString console; ///< path of the console's log
    [[nodiscard]] bool works() const { return login && answered; }
};
/// {"reached", "login", "address", "answered", "works", "trouble", "seconds", "console"}
[[nodiscard]] QJsonObject toJson(const TestBootResult &result);

/// Boots a finished image in a throw-away machine without changing it, until it shows a login prompt and answers on its network, or says
/// that it fails, or the time is over. That it fails is no error. Blocks; needs no event loop. The machine ends with the call.
/// Errors: ToolMissing, ToolFailed (QEMU does not start; or `stop` was asked), FileUnwritable.
[[nodiscard]] Result<TestBootResult> testBoot(const BootImage &image, const TestBootSetting &setting, const std::stop_token &stop = {});

}
