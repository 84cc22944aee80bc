#pragma once
#include <QListWidget>

namespace edgelift::wizard {

/// The steps at the side: those visited can be gone back to, the one shown is marked, later ones are only named.
class StepList final : public QListWidget
{
    Q_OBJECT
public:
    explicit StepList(QWidget *parent = nullptr);

    /// `done` steps from the first can be chosen; `current` is shown now.
    void setSteps(const QStringList &names, int current, int done);
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(int step);

protected:
    void changeEvent(QEvent *event) override;

private:
    void showSteps();
    void retranslate();
    [[nodiscard]] bool isOpen(int step) const { return step < m_done || step == m_current; }

    QStringList m_names;
    int m_current = -1;
    int m_done = 0;
};

}
