#pragma once
#include <QList>
#include <QWidget>

class QLabel;

namespace edgelift::wizard {

class PhaseMark;

/// The parts of a migration side by side: done, running, failed, to come; by sign and weight. Takes more lines where there is no room.
class PhaseStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit PhaseStrip(QWidget *parent = nullptr);

    /// `current`: stable name of a phase; all before it are done. Touches only what changed.
    void show(const QString &current, bool failed, bool finished);
    void retranslate(); ///< called by the page

private:
    struct Item
    {
        PhaseMark *mark;
        QLabel *title;
    };
    QList<Item> m_items;
    QString m_current;
    bool m_failed = false;
    bool m_finished = false;
};

/// The sign before the name of a part.
class PhaseMark final : public QWidget
{
    Q_OBJECT
public:
    enum class State : quint8 { ToCome, Running, Failed, Done };

    explicit PhaseMark(QWidget *parent);
    void setState(State state);
    [[nodiscard]] State state() const { return m_state; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    State m_state = State::ToCome;
};

}
