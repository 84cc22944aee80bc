#pragma once
#include <QPlainTextEdit>

namespace edgelift::wizard {

/// A log that grows at its end. What was selected stays selected, and the view follows the end only when it stood there.
class LogView final : public QPlainTextEdit
{
    Q_OBJECT
public:
    /// `limit`: lines that are kept; the oldest go first.
    LogView(int limit, QWidget *parent = nullptr);

    /// Everything anew, such as in another language; the view stays at the line it was at.
    void setLines(const QStringList &lines);
    void addLines(const QStringList &lines);

private:
    [[nodiscard]] int linesOfFirst(int blocks) const;
};

}
