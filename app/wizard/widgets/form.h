#pragma once
#include <QWidget>

class QGridLayout;
class QLabel;

namespace edgelift::wizard {

/// Fields one below the other, each with its label before it; where the window is narrow, above it.
class Form final : public QWidget
{
    Q_OBJECT
public:
    explicit Form(QWidget *parent = nullptr);

    /// `lead`: the part of the field that the label stands beside; its height counts.
    void addRow(QLabel *label, QWidget *field, QWidget *lead);
    void addRow(QWidget *whole); ///< without a label, under the other fields

protected:
    bool event(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Row
    {
        QLabel *label = nullptr;
        QWidget *field = nullptr;
        QWidget *lead = nullptr;
    };
    void arrange();
    [[nodiscard]] bool isNarrow() const;

    QGridLayout *m_grid;
    QList<Row> m_rows;
    bool m_narrow = false;
};

}
