#pragma once
#include <QWidget>

class QRadioButton;
class QToolButton;

namespace edgelift::wizard {

class FieldNote;

/// What stands above the disks: automatic or adjusted, and what can be done to the layout. In as many lines as it needs.
class DisksButtons final : public QWidget
{
    Q_OBJECT
public:
    struct State
    {
        bool some = false; ///< there are disks
        bool modify = false; ///< the layout is adjusted
        bool canUndo = false;
        bool canRedo = false;
        bool canFix = false;
        bool canRescan = false;
        int blockers = 0; ///< what must be solved
    };
    explicit DisksButtons(QWidget *parent = nullptr);

    void show(const State &state);
    [[nodiscard]] QWidget *automatic() const;
    [[nodiscard]] QWidget *rescanButton() const;
    void retranslate();

Q_SIGNALS:
    void adjustChosen(bool adjust);
    void undoWanted();
    void redoWanted();
    void resetWanted();
    void fixWanted();
    void rescanWanted();

private:
    void layOut();

    QRadioButton *m_automatic;
    QRadioButton *m_adjust;
    QToolButton *m_undo;
    QToolButton *m_redo;
    QToolButton *m_reset;
    QToolButton *m_fix;
    QToolButton *m_rescan;
    FieldNote *m_fits;
};

}
