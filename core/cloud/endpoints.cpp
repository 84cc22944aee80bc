#include "core/cloud/endpoints.h"
#include "core/credential/requestsigning.h"

namespace edgelift {

namespace {

struct Known
{
    Product product;
    const char *name;
    const char *version;
    bool regional;
};

constexpr Known known[] = {
    {Product::Ecs, "ecs", "2014-05-26", true},
    {Product::Vpc, "vpc", "2016-04-28", true},
    {Product::Ens, "ens", "2017-11-10", false},
    {Product::Smc, "smc", "2019-06-01", false},
    {Product::Sts, "sts", "2015-04-01", false},
    {Product::Ram, "ram", "2015-05-01", false},
};

const Known &find(Product product) { return known[size_t(product)]; }

}

QString productName(Product product) { return QString::fromLatin1(find(product).name); }

QString productVersion(Product product) { return QString::fromLatin1(find(product).version); }

Endpoints::Endpoints(QUrl address, QByteArray certificatePin)
    : m_pin(std::move(certificatePin))
{
    if (address.isEmpty())
        return;
    m_address.setScheme(address.scheme());
    m_address.setHost(address.host());
    m_address.setPort(address.port());
}

QUrl Endpoints::rpc(Product product, const QString &region) const
{
    QUrl out = m_address;
    if (out.isEmpty()) {
        const Known &entry = find(product);
        // The vendor's own map sends VPC of Hangzhou to the central address.
        const bool central = !entry.regional || region.isEmpty() || (product == Product::Vpc && region == QLatin1String("cn-hangzhou"));
        const QString name = QString::fromLatin1(entry.name);
        out.setScheme(QStringLiteral("https"));
        out.setHost(central ? name + QLatin1String(".aliyuncs.com") : QStringLiteral("%1.%2.aliyuncs.com").arg(name, region));
    }
    out.setPath(QStringLiteral("/"));
    return out;
}

QUrl Endpoints::oss(const QString &region, const QString &bucket, const QString &key) const
{
    QString path = QLatin1Char('/') + QString::fromLatin1(signing::percentEncoded(key, true));
    QUrl out = m_address;
    if (!out.isEmpty()) {
        if (!bucket.isEmpty())
            path.prepend(QLatin1Char('/') + bucket);
    } else {
        const QString host = QStringLiteral("oss-%1.aliyuncs.com").arg(region);
        out.setScheme(QStringLiteral("https"));
        out.setHost(bucket.isEmpty() ? host : bucket + QLatin1Char('.') + host);
    }
    out.setPath(path, QUrl::StrictMode); // already encoded: a plus sign in a key must not become a space on the other side
    return out;
}

}
