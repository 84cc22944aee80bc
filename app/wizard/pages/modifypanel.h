#pragma once
#include "app/wizard/state/jobwatch.h"

#include <QFrame>

class QCheckBox;
class QLabel;
class QPushButton;

namespace edgelift::wizard {

class TextLabel;
class FieldNote;
class NumberBox;

/// Limit, compression and checksum of a job, and how long the final moment of a running server may be. Opens with what the job's own plan
/// says now, whoever made or changed it.
class ModifyPanel final : public QFrame
{
    Q_OBJECT
public:
    explicit ModifyPanel(JobWatch &watch, QWidget *parent = nullptr);

    void open(); ///< as soon as the agent told the plan; opened()
    void refresh(); ///< what may be done now
    void retranslate(); ///< called by the page

Q_SIGNALS:
    void opened();
    void closed(); ///< by the user
    void failed(const edgelift::Error &error); ///< the plan could not be told

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    enum class Said : quint8 { Nothing, Applied, NewLimit, Later };
    void layOut();
    void fill(const Plan::Transfer &transfer);
    [[nodiscard]] JobWatch::Change change() const; ///< what is in the fields, where it is not as in m_transfer
    void apply();
    void applied(bool later);
    void close();
    [[nodiscard]] QString resultText() const;

    JobWatch &m_watch;
    QLabel *m_limitLabel;
    NumberBox *m_limit;
    QLabel *m_compressionLabel;
    NumberBox *m_compression;
    QLabel *m_freezeLabel;
    NumberBox *m_freeze;
    QCheckBox *m_checksum;
    QPushButton *m_apply;
    QPushButton *m_close;
    FieldNote *m_note; ///< a number that was out of its range
    FieldNote *m_window; ///< another limit counts at this time of day
    TextLabel *m_result;
    Plan::Transfer m_transfer; ///< as it was told, or applied since
    JobWatch::Change m_asked; ///< on its way
    Said m_said = Said::Nothing;
};

}
