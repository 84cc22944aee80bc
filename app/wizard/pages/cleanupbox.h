#pragma once
#include "app/wizard/state/jobwatch.h"

#include <QWidget>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
class AskPanel;
class Disclosure;
class LinkLine;
class ResourceList;

/// What a job left in the cloud: nothing, or which things at what price, a button that removes them, and how to do it by hand.
class CleanUpBox final : public QWidget
{
    Q_OBJECT
public:
    explicit CleanUpBox(JobWatch &watch, QWidget *parent = nullptr);

    void refresh();
    void retranslate(); ///< called by the page
    [[nodiscard]] QWidget *firstField() const; ///< null: nothing to do here

private:
    void layOut();
    [[nodiscard]] QString text() const;
    [[nodiscard]] QString problem() const; ///< why the last clean-up failed; empty: it did not

    JobWatch &m_watch;
    TextLabel *m_title;
    TextLabel *m_text;
    TextLabel *m_problem;
    ResourceList *m_list;
    QPushButton *m_clean;
    AskPanel *m_question;
    Disclosure *m_handFold;
    QWidget *m_hand;
    TextLabel *m_handText;
    LinkLine *m_handLink;
};

}
