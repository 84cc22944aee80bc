#pragma once
#include <QStringList>
#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace edgelift::wizard {

class LayoutModel;

/// What is wrong with the layout, in words, below the table. Empty: takes no room. Takes the focus so that a link can lead to it.
class LayoutProblems final : public QWidget
{
    Q_OBJECT
public:
    struct Line
    {
        QString text;
        bool blocks = false;
        bool operator==(const Line &) const = default;
    };
    /// What the rules say about the model's plan; when they allow it, what the agent's own limits say.
    [[nodiscard]] static QList<Line> linesOf(const LayoutModel &model);
    explicit LayoutProblems(QWidget *parent = nullptr);

    void setLines(const QList<Line> &lines); ///< blockers first; beyond 12 only their number
    [[nodiscard]] QStringList texts() const; ///< as they are shown

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    QVBoxLayout *m_column;
    QList<Line> m_lines;
};

}
