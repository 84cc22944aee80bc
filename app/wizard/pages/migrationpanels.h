#pragma once
#include "app/wizard/state/jobwatch.h"

#include <QFrame>

class QCheckBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace edgelift::wizard {

class Disclosure;
class NumberBox;

/// Parts of the migration page that open in place. Each sets its texts in retranslate(), which the page calls.

/// "Cancel this migration?" with what it costs; Keep has the focus.
class CancelPanel final : public QFrame
{
    Q_OBJECT
public:
    explicit CancelPanel(QWidget *parent = nullptr);
    void open();
    void retranslate();

Q_SIGNALS:
    void confirmed();
    void kept();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QLabel *m_question;
    QPushButton *m_keep;
    QPushButton *m_cancel;
};

/// Limit, compression and checksum of a running transfer.
class ModifyPanel final : public QFrame
{
    Q_OBJECT
public:
    explicit ModifyPanel(QWidget *parent = nullptr);
    /// Compression and checksum are those of the plan: the agent does not tell them.
    void open(int limitMbps, int compression, bool checksum);
    void retranslate();
    void say(const QString &result);

Q_SIGNALS:
    void applied(const edgelift::wizard::JobWatch::Change &change);

private:
    QLabel *m_limitLabel;
    NumberBox *m_limit;
    QLabel *m_compressionLabel;
    NumberBox *m_compression;
    QCheckBox *m_checksum;
    QPushButton *m_apply;
    QPushButton *m_close;
    QLabel *m_result;
};

/// Why it stopped, with all that helps; in the place of the graph.
class ErrorPanel final : public QFrame
{
    Q_OBJECT
public:
    explicit ErrorPanel(JobWatch &watch, QWidget *parent = nullptr);
    void refresh(); ///< texts as well; also after a language change

Q_SIGNALS:
    void retryWished();
    void cleanUpWished();

private:
    QString allText() const;
    void showResources();
    void listDiagnostics();
    void saveDiagnostics();

    JobWatch &m_watch;
    QList<JobWatch::DiagnosticsEntry> m_entries;
    QLabel *m_title;
    QLabel *m_why;
    QLabel *m_remedy;
    QLabel *m_link;
    Disclosure *m_evidenceFold;
    QLabel *m_evidence;
    QLabel *m_kept;
    QLabel *m_diagnosticsText;
    QPushButton *m_retry;
    QPushButton *m_copy;
    QPushButton *m_diagnostics;
    QPushButton *m_save;
    QPushButton *m_cleanUp;
};

/// "transit instance i-…: CNY 12.50 a day"; one line.
[[nodiscard]] QString resourceLine(const ResourceInfo &resource);

}
