#pragma once
#include <QList>
#include <QRegion>
#include <QWidget>

namespace edgelift::wizard {

/// Speed of disk and network over the last ten minutes. Sweeps like an oscilloscope: a sample repaints one narrow column, because a
/// remote display pays for every pixel. Time goes from left to right in every language. Disk is an area, network a line.
class SweepChart final : public QWidget
{
    Q_OBJECT
public:
    explicit SweepChart(QWidget *parent = nullptr);

    void add(double disk, double wire); ///< bytes a second; one sample a second
    void clear();
    void setBatch(int samples); ///< so many are painted at once; 1 in the beginning
    [[nodiscard]] QString description() const; ///< the sentence a screen reader reads
    [[nodiscard]] int sampleCount() const { return m_count; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    static constexpr int capacity = 600; ///< samples

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct Sample
    {
        double disk = 0;
        double wire = 0;
    };
    QRect plot() const;
    qreal xOf(int slot) const;
    qreal yOf(double speed) const;
    bool isBlank(int slot) const; ///< never filled, or the gap in front of the newest
    void paintHead(QPainter &painter);

    void paintDirty();

    QList<Sample> m_samples;
    int m_next = 0; ///< slot of the next sample
    int m_count = 0;
    int m_batch = 1;
    int m_unpainted = 0; ///< samples
    QRegion m_dirty;
    double m_scale; ///< speed at the upper edge
};

}
