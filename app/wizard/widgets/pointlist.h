#pragma once
#include <QWidget>

class QGridLayout;

namespace edgelift::wizard {

/// Points one below the other, each with its mark ("•", "1.") before it: the lines of a point begin below each other.
class PointList final : public QWidget
{
    Q_OBJECT
public:
    explicit PointList(QWidget *parent = nullptr);

    void setPoints(const QStringList &texts, const QString &mark = QStringLiteral("•"));
    /// One line for each point, as "1. First"; the mark ends at the first space.
    void setNumbered(const QString &lines);
    [[nodiscard]] const QStringList &points() const { return m_points; }

private:
    void show(const QList<std::pair<QString, QString>> &points);

    QGridLayout *m_grid;
    QStringList m_points;
};

}
