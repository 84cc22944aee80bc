#pragma once
#include "app/wizard/state/jobwatch.h"

#include <QFrame>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
class DiagnosticsBox;
class Disclosure;
class LinkLine;
class ResourceList;

/// Why it stopped, with all that helps: what, to what, what to do, what it costs meanwhile. In the place of the graph.
class ErrorPanel final : public QFrame
{
    Q_OBJECT
public:
    explicit ErrorPanel(JobWatch &watch, QWidget *parent = nullptr);

    void refresh();
    void retranslate(); ///< called by the page
    void focusRemedy(); ///< the first button that helps

Q_SIGNALS:
    void retryWished();
    void restartWished(); ///< from the beginning, with the same settings
    void cleanUpWished();

private:
    void layOut();
    void connectParts();
    [[nodiscard]] QString evidence() const;
    [[nodiscard]] QString retryText() const;
    [[nodiscard]] QString allText() const;

    JobWatch &m_watch;
    TextLabel *m_title;
    TextLabel *m_why;
    TextLabel *m_remedy;
    TextLabel *m_again; ///< what became of a retry
    TextLabel *m_keptTitle;
    ResourceList *m_kept;
    QPushButton *m_retry;
    QPushButton *m_restart;
    QPushButton *m_cleanUp;
    QPushButton *m_copy;
    QPushButton *m_diagnostics;
    DiagnosticsBox *m_files;
    Disclosure *m_evidenceFold;
    TextLabel *m_evidence;
    LinkLine *m_link;
};

}
