#pragma once
#include "app/wizard/state/jobfiles.h"

#include <QWidget>
#include <optional>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
/// What support gets: the files are listed first, then saved as one zip. Hidden until list() is called.
class DiagnosticsBox final : public QWidget
{
    Q_OBJECT
public:
    explicit DiagnosticsBox(AgentLink &link, QWidget *parent = nullptr);

    void list();
    void saveAs(const QString &path);
    void retranslate(); ///< called by the page

private:
    QString text() const;
    void ask();
    void show(bool announced);

    AgentLink &m_link;
    std::optional<Result<QList<DiagnosticsEntry>>> m_listed; ///< nothing: not asked, or no answer yet
    std::optional<Result<>> m_saved;
    QString m_path; ///< where it was saved
    TextLabel *m_text;
    QPushButton *m_save;
};

}
