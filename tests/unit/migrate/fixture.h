#pragma once
#include "core/migrate/migration.h"
#include "core/migrate/surroundings.h"
#include "fakeclock.h"
#include "fakecloud.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>

namespace edgelift::test {

/// Two small disks without a table: the system disk and a data disk. Content may "change".
class FakeSource final : public Source
{
public:
    explicit FakeSource(const QString &folder);
    const ServerFacts &facts() const override { return m_facts; }
    QString diskPath(const QString &diskId) const override { return m_folder + QLatin1Char('/') + diskId; }
    QString diskIdentity(const QString &diskId) const override { return diskId + QLatin1String("@1"); }
    Result<> verifyUnchanged() const override;

    bool changed = false;

private:
    QString m_folder;
    ServerFacts m_facts;
};

/// A receiver that does what it is told, or does not.
class FakeLink final : public ReceiverLink
{
public:
    Result<> probe(const ReceiverPeer &peer, const std::stop_token &stop) override;
    Outcome copy(const ReceiverPeer &peer, const CopyOrder &order, const TransferTuning &tuning,
        const std::function<void(const TransferProgress &)> &observer, const std::stop_token &stop) override;
    Result<QJsonObject> convert(const ReceiverPeer &peer, const ConvertOrder &order, const std::stop_token &stop) override;
    Result<> shutdown(const ReceiverPeer &peer, const std::stop_token &stop) override;

    int probesUntilReady = 3;
    std::optional<Error> copyFails; ///< once
    std::function<void()> duringCopy;
    int copies = 0;
    QList<Error> convertFails; ///< one a call, then it does what it should
    QJsonObject converted{{QStringLiteral("outcome"), QStringLiteral("unchanged")}};
    int conversions = 0;
    ConvertOrder lastConvert;
    int shutdowns = 0;
    TransferProgress said; ///< besides the bytes
    CopyOrder lastOrder;
    ReceiverPeer lastPeer;
};

/// One server, one account, one state folder.
class Fixture
{
public:
    Fixture();
    /// With the activation code, unless keys are given.
    [[nodiscard]] std::unique_ptr<Migration> create(const std::optional<Credentials> &keys = {});
    [[nodiscard]] std::unique_ptr<Migration> reopen(const QString &jobId);
    Outcome run(Migration &migration);
    Outcome cancel(Migration &migration);
    [[nodiscard]] QList<QJsonObject> events(const char *kind) const;
    [[nodiscard]] QString jobFile(const Migration &migration, const char *name) const;
    /// A fault that kills the program: the run ends as if stopped; reopen() and revive the cloud to go on.
    void dieAt(const QString &action);

    /// In memory where there is room: every step is flushed to the medium.
    QTemporaryDir folder{QFileInfo(QStringLiteral("/dev/shm")).isWritable() ? QStringLiteral("/dev/shm/edgelift-XXXXXX")
                                                                            : QDir::tempPath() + QStringLiteral("/edgelift-XXXXXX")};
    std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
    std::shared_ptr<FakeCloud> cloud = std::make_shared<FakeCloud>(*clock);
    std::shared_ptr<FakeLink> link = std::make_shared<FakeLink>();
    Surroundings surroundings;
    FakeSource source{folder.path()};
    Plan plan;
    std::stop_source stop;

private:
    mutable std::mutex m_mutex;
    QList<QJsonObject> m_events;
};

}
