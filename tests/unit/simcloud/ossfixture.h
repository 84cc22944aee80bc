#pragma once
#include "core/simcloud/objectstore.h"
#include "core/simcloud/oss.h"
#include "servicefixture.h"

namespace edgelift::test {

/// How an OSS request is made, so that a test can make it wrongly.
struct OssCase
{
    enum class Signature : quint8 { V4, V1, None };
    QByteArray method = "GET";
    QString bucket = QStringLiteral("box");
    QString key;
    signing::Pairs query;
    signing::Pairs headers;
    QByteArray body;
    Signature signature = Signature::V4;
    qint64 skew = 0; ///< seconds added to the clock
    QString region = QStringLiteral("cn-beijing");
    bool virtualHost = false; ///< "<bucket>.oss-<region>.aliyuncs.com" instead of "/<bucket>"
};

/// Object storage on a loopback port: bucket "box" in cn-beijing, "far" in ap-southeast-1. A second one on the same folder is the same
/// storage after a restart.
class OssRig
{
public:
    explicit OssRig(const QString &folder);
    ~OssRig();
    [[nodiscard]] WireReply call(const OssCase &oss) { return call(oss, root); }
    [[nodiscard]] WireReply call(const OssCase &oss, const Credentials &who);
    /// The request target of a pre-signed address.
    [[nodiscard]] QByteArray presigned(const OssCase &oss, const Credentials &who, qint64 seconds) const;
    [[nodiscard]] WireReply put(const QString &key, const QByteArray &body, const signing::Pairs &headers = {});
    [[nodiscard]] WireReply get(const QString &key, const signing::Pairs &headers = {});
    [[nodiscard]] QUrl endpoint() const { return m_server->endpoint(); }

    StoppedClock clock;
    Credentials root{QStringLiteral("testAccessKeyId01"), Secret("FakeSecretForUnitTestsOnly000001"), {}, {}};
    std::unique_ptr<StateStore> state;
    std::unique_ptr<AccessKeyStore> keys;
    std::unique_ptr<ObjectStore> objects;

private:
    std::unique_ptr<ObjectStorage> m_storage;
    std::unique_ptr<HttpServer> m_server;
};

/// The text of the first element of that name.
[[nodiscard]] QString xmlText(const QByteArray &xml, const char *element);
[[nodiscard]] QStringList xmlTexts(const QByteArray &xml, const char *element); ///< of all of them

}
