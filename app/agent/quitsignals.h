#pragma once
#include <QObject>

namespace edgelift {

/// Turns SIGTERM, SIGINT and SIGHUP into a call on the event loop's thread. One object per program. The signals are handled, not
/// blocked: a blocked mask would be inherited by the programs we start, which then could not be ended.
class QuitSignals final : public QObject
{
    Q_OBJECT
public:
    explicit QuitSignals(QObject *parent = nullptr);
    ~QuitSignals() override;

Q_SIGNALS:
    void asked(int signal);
};

}
