// The pages of a training's logfile.pdf (train_logfile.hpp).
#include "train_logfile.hpp"

#include "chart.hpp"
#include "text_file.hpp"

namespace relion {

std::string training_pdf(const TrainingSummary& summary) {
    Pdf pdf;
    pdf.new_page();
    pdf.text(page_left, page_top, 14, "picker: " + summary.job);
    double y = page_top - 20;
    for (const std::string& line : summary.lines) {
        pdf.text(page_left, y, 10, line);
        y -= 14;
    }
    constexpr double thin = 0.8, thick = 1.6, grey = 0.55;
    draw_curves(pdf, page_top - 330, "Loss",
                {{"training", summary.loss, thin, grey}, {"validation", summary.validation_loss, thick, 0}});
    draw_curves(pdf, page_top - 610, "Accuracy on held-out samples",
                {{"validation", summary.validation_accuracy, thick, 0}}, 1);
    if (!summary.held_out.empty()) {
        constexpr std::size_t most = 60, letters = 105;
        pdf.new_page();
        y = page_top;
        pdf.text(page_left, y, 12,
                 "Not trained on: " + counted(static_cast<long long>(summary.held_out.size()), "micrograph") +
                     " that chose the threshold");
        y -= 18;
        for (std::size_t i = 0; i < summary.held_out.size() && i < most; ++i, y -= 12) {
            pdf.text(page_left, y, 8, summary.held_out[i].substr(0, letters));
        }
        if (summary.held_out.size() > most) {
            pdf.text(page_left, y, 8, "and " + std::to_string(summary.held_out.size() - most) + " more");
        }
    }
    return pdf.bytes();
}

} // namespace relion
