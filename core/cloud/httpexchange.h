#pragma once
#include "core/cloud/httptransport.h"

#include <QNetworkReply>
#include <QNetworkRequest>
#include <QObject>
#include <QSslError>
#include <functional>

class QNetworkAccessManager;

namespace edgelift {

class FileRange;

/// One request on the network thread, from start to its one call of `done`. Deletes itself after that.
class HttpExchange final : public QObject
{
public:
    using Done = std::function<void(Result<HttpReply>)>;
    HttpExchange(HttpRequest request, Done done, QObject *parent);
    void start(QNetworkAccessManager &network);
    void stop(); ///< ends it soon, with CloudTimedOut

private:
    [[nodiscard]] QNetworkRequest prepared() const;
    [[nodiscard]] QNetworkReply *sent(QNetworkAccessManager &network);
    void checkPeer(const QList<QSslError> &errors);
    void limitSize();
    void finish();
    [[nodiscard]] Result<HttpReply> outcome() const;
    [[nodiscard]] Error failure() const;

    const HttpRequest m_request;
    const Done m_done;
    QNetworkReply *m_reply = nullptr; // child of the network access manager
    FileRange *m_file = nullptr; // child of this
    bool m_sent = false; // the server may have got all of it
    bool m_untrusted = false;
    QString m_distrust; ///< why, as a word of errorcauses.cpp; empty: the pinned key is another one
    bool m_tooLarge = false;
    bool m_stopped = false;
};

}
