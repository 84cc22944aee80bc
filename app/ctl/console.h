#pragma once
#include "core/base/error.h"

#include <QJsonObject>
#include <QString>

namespace edgelift::ctl {

/// The terminal, or whatever standard output and standard error are. Results go to standard output, messages for people to standard
/// error; with --json everything that matters is a JSON line on standard output.
class Console
{
public:
    /// Looks at what the two streams are.
    explicit Console(bool json);

    [[nodiscard]] bool isJson() const { return m_json; }
    void json(const QJsonObject &object); ///< one line, at once
    void line(const QString &text); ///< to standard output
    void note(const QString &text); ///< to standard error
    void raw(const QByteArray &bytes); ///< to standard output as it is
    /// A bar that is drawn over itself on a terminal; otherwise a line every few seconds.
    void progress(const QJsonObject &event);
    /// {"event":"error",…} with --json, else message, remedy and code on standard error. The exit code for it.
    int error(const Error &error, const QJsonObject &more = {});

private:
    void endBar();
    [[nodiscard]] int width() const;

    const bool m_json;
    const bool m_terminal;
    bool m_barShown = false;
    bool m_complete = false; ///< the last progress said that all is done
    qint64 m_lastProgress = 0; ///< ms of the monotonic clock
};

}
