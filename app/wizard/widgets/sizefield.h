#pragma once
#include <QLineEdit>
#include <optional>

namespace edgelift::wizard {

/// Takes a size as people write it: "20", "20 GiB", "512 MiB", "1.5 TiB", in the digits of the language or in 0–9. Without a unit: GiB.
class SizeField final : public QLineEdit
{
    Q_OBJECT
public:
    explicit SizeField(QWidget *parent = nullptr);

    void setSizeMiB(qint64 size); ///< exactly, so that looking at it changes nothing
    [[nodiscard]] std::optional<qint64> sizeMiB() const { return parse(text()); }
    /// Nothing: this is no size, or one of more than 2^43 MiB.
    [[nodiscard]] static std::optional<qint64> parse(const QString &text);
};

}
