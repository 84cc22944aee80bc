#pragma once
#include "core/base/clock.h"
#include "core/cloud/httptransport.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QMap>
#include <functional>
#include <mutex>

namespace edgelift::test {

/// What goes wrong with the next calls of one action.
struct Fault
{
    enum class Kind : quint8 {
        Refuse, ///< HTTP 400 with `code`, nothing is done
        Silence, ///< no answer, nothing was done
        LostAnswer, ///< it was done, the answer never comes
        Death, ///< it was done, then our program dies: no answer, and none to anything later
    } kind = Kind::Refuse;
    QString code = QStringLiteral("InternalError");
    int times = 1;
    int skip = 0; ///< calls that go well before it begins
};

/// An account in memory behind HttpTransport: the calls of the route with the real names of parameters and fields, states that take
/// a few polls, client tokens, dependencies that are refused, and a service for activation codes. Not the simulator of the
/// product: it is there to be broken. Thread-safe.
class FakeCloud final : public HttpTransport
{
public:
    explicit FakeCloud(const Clock &clock);
    Result<HttpReply> send(const HttpRequest &request, const std::stop_token &stop) override;

    void fail(const QString &action, const Fault &fault);
    /// The program lives again (a new run).
    void revive();
    std::function<void()> onDeath; ///< asks the run to stop, as a killed process would
    std::function<void(const QString &action)> onCall; ///< before each

    QJsonObject thing(const QString &kind, const QString &id);
    QStringList ids(const QString &kind);
    void change(const QString &kind, const QString &id, const QString &field, const QJsonValue &value);
    void put(const QString &kind, const QString &id, const QJsonObject &fields);
    void drop(const QString &kind, const QString &id);
    /// "instance i-1", "object edgelift/…": everything there is but the bucket; ENS images too.
    QStringList everything();
    int calls(const QString &action);
    QMap<QString, QString> lastParameters(const QString &action);

    QString bucketRegion = QStringLiteral("cn-beijing");
    bool bucketEncrypted = false;
    bool roleThere = true;
    bool bucketsHidden = false; ///< from a list of them
    QString sourceAddress = QStringLiteral("203.0.113.7"); ///< of the server, as the service sees it
    QString codeRefusal; ///< "AccessToken.Expired": what redeem says; empty: fine
    QMap<QString, Error> noWayTo; ///< by host: why there is no connection
    qint64 skewSeconds = 0; ///< our clock against its own
    int statePolls = 2; ///< polls until something is ready

private:
    struct Answer
    {
        int status = 200;
        QJsonObject body;
    };
    using Parameters = QMap<QString, QString>;
    using Handler = Answer (FakeCloud::*)(const Parameters &);

    Result<HttpReply> act(const QString &action, const std::function<HttpReply()> &perform, const HttpRequest &request);
    HttpReply rpc(const QString &action, const Parameters &parameters);
    HttpReply buckets();
    HttpReply bucket(const HttpRequest &request);
    HttpReply object(const HttpRequest &request);
    HttpReply service(const HttpRequest &request);
    HttpReply reply(int status, const QByteArray &body);
    Answer handle(const QString &action, const Parameters &parameters);
    Answer describe(const QString &kind, const Parameters &parameters, const QString &outer, const QString &inner);
    Answer create(const QString &kind, const QString &idField, QJsonObject fields, const Parameters &parameters);
    Answer identity(const Parameters &parameters);
    Answer role(const Parameters &parameters);
    Answer regions(const Parameters &parameters);
    Answer price(const Parameters &parameters);
    Answer done(const Parameters &parameters);
    Answer createVpc(const Parameters &parameters);
    Answer createVSwitch(const Parameters &parameters);
    Answer createGroup(const Parameters &parameters);
    Answer stopInstance(const Parameters &parameters);
    Answer createSnapshot(const Parameters &parameters);
    Answer systemImages(const Parameters &parameters);
    Answer deleteInstance(const Parameters &parameters);
    Answer deleteImage(const Parameters &parameters);
    Answer cancelTask(const Parameters &parameters);
    Answer runInstances(const Parameters &parameters);
    Answer createImage(const Parameters &parameters);
    Answer exportImage(const Parameters &parameters);
    Answer importImage(const Parameters &parameters);
    Answer remove(const QString &kind, const QString &id);
    Answer available(const Parameters &parameters);
    Answer taskAttribute(const Parameters &parameters);
    QString blockedBy(const QString &kind, const QString &id) const;
    void advance(QJsonObject &thing);
    static Answer refuse(const QString &code) { return {400, {{QStringLiteral("Code"), code}, {QStringLiteral("Message"), code}}}; }

    const Clock &m_clock;
    std::recursive_mutex m_mutex;
    QMap<QString, QMap<QString, QJsonObject>> m_things; ///< kind, id
    QHash<QString, QJsonObject> m_tokens; ///< action and client token: the first answer
    QHash<QString, QList<Fault>> m_faults;
    QHash<QString, int> m_calls;
    QHash<QString, Parameters> m_last;
    bool m_dead = false;
    int m_next = 1;
};

}
