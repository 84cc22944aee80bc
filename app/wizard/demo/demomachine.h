#pragma once
#include "core/base/result.h"

#include <QObject>
#include <memory>

namespace edgelift::wizard {

class DemoChild;

/// A virtual machine that boots a finished image without changing it, and listens to what it says on its serial console. One at a time;
/// gone with this object. GUI thread, never blocks but for a moment in stop().
class DemoMachine final : public QObject
{
    Q_OBJECT
public:
    explicit DemoMachine(QObject *parent = nullptr);
    ~DemoMachine() override;

    void setFolder(const QString &folder) { m_folder = folder; } ///< where what the machine writes lies; empty: the usual one
    /// What a server says that works as it should; empty: that is not known.
    void setExpected(const QString &line) { m_expected = line; }

    /// `imageJson`: path of the image.json, or its folder. Does nothing when one runs. Errors: ToolMissing, FileUnreadable,
    /// StateUnreadable.
    Result<> start(const QString &imageJson);
    void stop(); ///< pulls the plug
    [[nodiscard]] bool isRunning() const { return m_qemu != nullptr; }
    [[nodiscard]] bool isProved() const { return m_proved; } ///< since the last start()

Q_SIGNALS:
    void line(const QString &text); ///< of the console, printable characters only; at the end also what QEMU complains of
    void changed(); ///< isRunning() or isProved()

private:
    void take(const QByteArray &raw);
    void ended();

    QString m_folder;
    QString m_expected;
    bool m_proved = false;
    std::unique_ptr<DemoChild> m_qemu;
};

}
