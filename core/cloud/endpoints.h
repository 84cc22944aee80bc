#pragma once
#include <QString>
#include <QUrl>

namespace edgelift {

/// The RPC products we call.
enum class Product : quint8 { Ecs, Vpc, Ens, Smc, Sts, Ram };

[[nodiscard]] QString productName(Product product); ///< "ecs"
[[nodiscard]] QString productVersion(Product product); ///< "2014-05-26", the x-acs-version

/// Where each product answers. Alibaba's own addresses by its own rules, or one address for everything (a simulated cloud, a gateway).
/// A value; copy freely.
class Endpoints
{
public:
    Endpoints() = default; ///< Alibaba's own, https
    /// `address`: scheme, host and port for all products and OSS; empty means Alibaba's own. `certificatePin`: SHA-256 of its
    /// public key, empty for an ordinary check.
    explicit Endpoints(QUrl address, QByteArray certificatePin = {});

    /// "https://ecs.cn-beijing.aliyuncs.com/". STS, SMC, RAM and ENS are central; an empty region gives the central address.
    [[nodiscard]] QUrl rpc(Product product, const QString &region) const;
    /// The address of a bucket or an object: virtual-host style at Alibaba, path style at one address. Empty bucket: the region's
    /// own address (ListBuckets); empty key: the bucket.
    [[nodiscard]] QUrl oss(const QString &region, const QString &bucket, const QString &key) const;
    [[nodiscard]] const QByteArray &certificatePin() const { return m_pin; }
    [[nodiscard]] bool isOverridden() const { return !m_address.isEmpty(); }

private:
    QUrl m_address;
    QByteArray m_pin;
};

}
