#pragma once
#include <QList>
#include <QStringList>
#include <QWidget>

class QLabel;

namespace edgelift::wizard {

/// The phases of a migration side by side: done, running, failed, to come; by symbol and weight. Takes more lines where there is no room.
class PhaseStrip final : public QWidget
{
    Q_OBJECT
public:
    explicit PhaseStrip(QWidget *parent = nullptr);

    /// `current`: stable name; all before it are done. Touches only what changed.
    void show(const QString &current, bool failed, bool finished);
    void retranslate(); ///< called by the page

private:
    struct Item
    {
        QString phase;
        QLabel *symbol;
        QLabel *title;
    };
    QList<Item> m_items;
    QString m_current;
    bool m_failed = false;
    bool m_finished = false;
};

}
