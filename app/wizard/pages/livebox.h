#pragma once
#include "app/wizard/state/jobwatch.h"

#include <QWidget>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;

/// How far the copy of a server that runs is behind it, and, where the plan waits for a person, the button that takes the final point.
/// Hidden for a source that does not run.
class LiveBox final : public QWidget
{
    Q_OBJECT
public:
    explicit LiveBox(JobWatch &watch, QWidget *parent = nullptr);

    void refresh();
    void retranslate(); ///< called by the page

private:
    [[nodiscard]] QString text(const ProgressInfo::Live &live) const;

    JobWatch &m_watch;
    TextLabel *m_text;
    QPushButton *m_cutOver;
};

}
