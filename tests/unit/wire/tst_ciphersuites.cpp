#include "core/wire/ciphersuites.h"
#include "core/wire/opensslerror.h"
#include "tlspair.h"

#include <openssl/ssl.h>

using namespace edgelift;
using namespace edgelift::wire;
using namespace edgelift::wire::test;

namespace {

using Ssl = OpenSsl<SSL, SSL_free>;

/// What two ends agree on; no socket between them.
QByteArray agreed(const TlsContext &connects, const TlsContext &accepts)
{
    const Ssl client(SSL_new(connects.get())), server(SSL_new(accepts.get()));
    BIO *one = nullptr, *other = nullptr;
    if (!client || !server || BIO_new_bio_pair(&one, 0, &other, 0) != 1)
        return {};
    SSL_set_bio(client.get(), one, one);
    SSL_set_bio(server.get(), other, other);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    for (int turn = 0; turn < 10 && !SSL_is_init_finished(server.get()); ++turn) {
        SSL_do_handshake(client.get());
        SSL_do_handshake(server.get());
    }
    return SSL_is_init_finished(client.get()) ? QByteArray(SSL_get_cipher_name(client.get())) : QByteArray();
}

}

class TestCipherSuites : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFasterOneComesFirst();
    void bothAreMeasured();
    void theEndThatConnectsDecides();

private:
    Ends m_ends;
};

void TestCipherSuites::theFasterOneComesFirst()
{
    const QByteArray hardware = cipherSuites({3.5e9, 2.1e9}), emulated = cipherSuites({7e6, 26e6});
    QVERIFY(hardware.startsWith("TLS_AES_128_GCM_SHA256:"));
    QVERIFY(emulated.startsWith("TLS_CHACHA20_POLY1305_SHA256:"));
    for (const QByteArray &one : {hardware, emulated, cipherSuites({})})
        QCOMPARE(one.split(':').size(), 3); // an old peer finds one it knows, whatever comes first
}

void TestCipherSuites::bothAreMeasured()
{
    const SealingSpeed speed = measureSealing();
    qInfo("AES-128-GCM %.0f MB/s, ChaCha20-Poly1305 %.0f MB/s", speed.aes128Gcm / 1e6, speed.chacha20 / 1e6);
    QVERIFY(speed.aes128Gcm > 1e5 && speed.chacha20 > 1e5);
}

void TestCipherSuites::theEndThatConnectsDecides()
{
    for (const SealingSpeed &source : {SealingSpeed{2, 1}, SealingSpeed{1, 2}}) {
        const QByteArray wanted = cipherSuites(source);
        QCOMPARE(SSL_CTX_set_ciphersuites(m_ends.sourceContext.get(), wanted.constData()), 1);
        QCOMPARE(SSL_CTX_set_ciphersuites(m_ends.receiverContext.get(), cipherSuites({source.chacha20, source.aes128Gcm}).constData()), 1);
        QCOMPARE(agreed(m_ends.sourceContext, m_ends.receiverContext), wanted.split(':').first());
    }
}

QTEST_GUILESS_MAIN(TestCipherSuites)
#include "tst_ciphersuites.moc"
