// Thon rings in the power spectrum (thon_rings.hpp).
#include "picking/thon_rings.hpp"

#include "signal/fft.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace picker {
namespace {

constexpr int tile = 256;             // pixels after binning
constexpr int most_along_edge = 4;    // tiles; they are spread over the micrograph
constexpr double working_pixel = 2.2; // angstrom: finer micrographs are binned to about this at most
// Coarser than this a particle's own shape is in the spectrum, finer there is little but noise; angstrom.
constexpr double coarsest = 35.0, finest = 4.2;
constexpr int least_frequencies = 24;
constexpr int degree = 4; // of the polynomial that stands for the spectrum without rings
constexpr double least_defocus = 2000.0, most_defocus = 60000.0;
constexpr double found = 0.6;          // correlation from which rings are there
constexpr double most_amplitude = 3.0; // in the logarithm: what rises and falls by more is a filter's doing
constexpr double spreading = 1.5;      // frequencies that a window of cosines mixes
constexpr std::array<double, 3> envelopes{50.0, 250.0, 1000.0}; // angstrom^2, of the rings' power

using Values = std::vector<double>;

double dot(const Values& a, const Values& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// The binned tile whose first pixel is (left, top), its mean taken off, times a window of cosines.
Image cut_tile(const Image& image, int left, int top, int binning, const Values& window) {
    Image out(tile, tile);
    const double share = 1.0 / (static_cast<double>(binning) * binning);
    double sum = 0.0;
    const std::size_t length = static_cast<std::size_t>(tile) * static_cast<std::size_t>(binning);
    std::vector<float> rows(length); // the rows of a bin added up
    for (int y = 0; y < tile; ++y) {
        std::fill(rows.begin(), rows.end(), 0.0F);
        for (int i = 0; i < binning; ++i) {
            const float* from = image.row(top + y * binning + i).data() + left;
            for (std::size_t x = 0; x < length; ++x) {
                rows[x] += from[x];
            }
        }
        float* to = out.row(y).data();
        for (int i = 0; i < binning; ++i) {
            for (int x = 0; x < tile; ++x) {
                to[x] += rows[static_cast<std::size_t>(x * binning + i)];
            }
        }
    }
    for (float& value : out.pixels) {
        value *= static_cast<float>(share);
        sum += static_cast<double>(value);
    }
    const auto mean = static_cast<float>(sum / static_cast<double>(out.size()));
    for (int y = 0; y < tile; ++y) {
        float* row = out.row(y).data();
        for (int x = 0; x < tile; ++x) {
            row[x] = (row[x] - mean) *
                     static_cast<float>(window[static_cast<std::size_t>(x)] * window[static_cast<std::size_t>(y)]);
        }
    }
    return out;
}

// Takes polynomials of the frequency out of a row of values, and whatever else the basis is told to.
class Background {
public:
    explicit Background(const Values& weights) {
        const double last = static_cast<double>(weights.size() - 1);
        for (int power = 0; power <= degree; ++power) {
            Values values(weights);
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] *= std::pow(2.0 * static_cast<double>(i) / last - 1.0, power);
            }
            remove(values);
            const double length = std::sqrt(dot(values, values));
            for (double& value : values) {
                value /= length;
            }
            basis_.push_back(std::move(values));
        }
    }
    // What remove() would leave of the sum of squares.
    double remaining(const Values& values) const {
        double squares = dot(values, values);
        for (const Values& one : basis_) {
            const double part = dot(values, one);
            squares -= part * part;
        }
        return std::max(0.0, squares);
    }
    void remove(Values& values) const {
        for (const Values& one : basis_) {
            const double part = dot(values, one);
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] -= part * one[i];
            }
        }
    }

private:
    std::vector<Values> basis_;
};

struct Fit {
    double defocus = 0.0, correlation = -1.0;
    double amplitude = 0.0; // of the squares of the CTF, at frequency 0
};

// The mean over a ring of n values is sure to 1 / sqrt(n), and n grows with the frequency.
Values weights_of(std::size_t count, int first) {
    Values out(count);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = std::sqrt(1.0 + static_cast<double>(i) / first);
    }
    return out;
}

class RingFit {
public:
    // `power` begins at frequency `first`; `step` between frequencies, 1 / angstrom.
    RingFit(Values power, int first, double step, const Optics& optics)
        : values_(std::move(power)), weights_(weights_of(values_.size(), first)), background_(weights_), first_(first),
          step_(step), optics_(optics), wavelength_(electron_wavelength(optics.voltage)) {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            values_[i] = weights_[i] * std::log(values_[i]);
        }
        background_.remove(values_);
        length_ = std::sqrt(dot(values_, values_));
    }
    double frequency(std::size_t i) const { return step_ * (first_ + static_cast<double>(i)); }
    // The best of the range: steps that turn the last ring by less than a radian, then finer ones.
    Fit best() const {
        const double last = frequency(values_.size() - 1);
        const double step = std::max(200.0, 0.8 / (std::numbers::pi * wavelength_ * last * last));
        Fit best;
        for (double defocus = least_defocus; defocus <= most_defocus; defocus += step) {
            keep_better(best, defocus);
        }
        const double middle = best.defocus;
        for (int i = -9; i <= 9; ++i) {
            keep_better(best, middle + 0.1 * i * step);
        }
        return best;
    }
    // As fine as windows of a ring, at least, agree with the fit, from the one on that agrees best; 1 / angstrom.
    double limit(const Fit& fit) const {
        const Values rings = phases(fit.defocus);
        Values agreement(values_.size());
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const double ring = 1.0 / (2.0 * wavelength_ * fit.defocus * frequency(i) * step_); // frequencies
            const auto half =
                static_cast<std::size_t>(std::clamp(0.75 * ring, 5.0, 0.25 * static_cast<double>(values_.size())));
            const std::size_t begin = i > half ? i - half : 0, end = std::min(values_.size(), i + half + 1);
            agreement[i] = correlation(rings, begin, end);
        }
        auto at = std::max_element(agreement.begin(), agreement.end());
        at = std::find_if(at, agreement.end(), [](double value) { return !(value >= found); });
        return frequency(static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, at - agreement.begin())) - 1);
    }
    // Root mean square, over the frequencies, of what the rings explain.
    double strength(const Fit& fit) const { return fit.correlation * length_ / std::sqrt(dot(weights_, weights_)); }

private:
    void keep_better(Fit& best, double defocus) const {
        const Values phase = phases(defocus);
        for (const double envelope : envelopes) {
            const Values rings = with_envelope(phase, envelope);
            const double squares = background_.remaining(rings);
            const double product = dot(rings, values_); // which have no background
            const double correlation = squares > 0.0 && length_ > 0.0 ? product / (std::sqrt(squares) * length_) : 0.0;
            if (correlation > best.correlation) {
                best = {defocus, correlation, product / squares};
            }
        }
    }
    // Squares of the CTF, up to a constant, as the tiles show them (rings finer than the spectrum's step run into each
    // other), weighted.
    Values phases(double defocus) const {
        const double third = optics_.spherical_aberration * 1e7 * wavelength_ * wavelength_ * wavelength_;
        const double phase = std::asin(optics_.amplitude_contrast);
        Values out(values_.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double k = frequency(i), k2 = k * k;
            const double chi = std::numbers::pi * (wavelength_ * defocus * k2 - 0.5 * third * k2 * k2) + phase;
            const double turn =
                2.0 * std::numbers::pi * k * std::abs(wavelength_ * defocus - third * k2) * step_ * spreading;
            const double kept = turn < 1e-6 ? 1.0 : std::sin(std::min(turn, std::numbers::pi)) / turn;
            out[i] = -weights_[i] * kept * std::cos(2.0 * chi);
        }
        return out;
    }
    Values with_envelope(Values rings, double envelope) const {
        const double first = frequency(0), factor = -0.5 * envelope * step_ * step_;
        // exp(-envelope k^2 / 2) by its ratios: k grows by a step at a time.
        double value = std::exp(-0.5 * envelope * first * first);
        double ratio = std::exp(factor * (2.0 * first / step_ + 1.0));
        const double change = std::exp(2.0 * factor);
        for (double& ring : rings) {
            ring *= value;
            value *= ratio;
            ratio *= change;
        }
        return rings;
    }
    // Of a window, each without its mean and slope: what is smooth in both is no agreement.
    double correlation(const Values& rings, std::size_t begin, std::size_t end) const {
        const Values r = without_line(rings, begin, end), v = without_line(values_, begin, end);
        const double rr = dot(r, r), vv = dot(v, v);
        return rr > 0.0 && vv > 0.0 ? dot(r, v) / std::sqrt(rr * vv) : 0.0;
    }
    static Values without_line(const Values& values, std::size_t begin, std::size_t end) {
        Values out(values.begin() + static_cast<std::ptrdiff_t>(begin),
                   values.begin() + static_cast<std::ptrdiff_t>(end));
        const double count = static_cast<double>(out.size()), middle = 0.5 * (count - 1.0);
        double mean = 0.0, slope = 0.0, spread = 0.0;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double x = static_cast<double>(i) - middle;
            mean += out[i] / count;
            slope += x * out[i];
            spread += x * x;
        }
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] -= mean + slope / spread * (static_cast<double>(i) - middle);
        }
        return out;
    }

    Values values_; // logarithm of the power, weighted, without background
    Values weights_;
    Background background_;
    int first_;
    double step_;
    Optics optics_;
    double wavelength_, length_ = 0.0;
};

} // namespace

std::vector<double> radial_power(const Image& image, int binning) {
    const int edge = tile * binning;
    if (image.width < edge || image.height < edge) {
        return {};
    }
    Values window(tile);
    for (int i = 0; i < tile; ++i) {
        window[static_cast<std::size_t>(i)] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * (i + 0.5) / tile);
    }
    const int half = tile / 2 + 1;
    Values sum(static_cast<std::size_t>(half) * tile, 0.0);
    const auto along = [&](int size) {
        return std::min(most_along_edge, (2 * size - edge) / edge);
    }; // half overlapping
    const int columns = along(image.width), rows = along(image.height);
    const auto start = [edge](int size, int i, int count) {
        return count > 1 ? static_cast<int>(static_cast<std::int64_t>(size - edge) * i / (count - 1))
                         : (size - edge) / 2;
    };
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const Spectrum spectrum = fft(
                cut_tile(image, start(image.width, column, columns), start(image.height, row, rows), binning, window));
            double total = 0.0;
            for (const auto& value : spectrum.values) {
                total += static_cast<double>(std::norm(value));
            }
            const double share = total > 0.0 ? 1.0 / total : 0.0;
            for (std::size_t i = 0; i < sum.size(); ++i) {
                sum[i] += share * static_cast<double>(std::norm(spectrum.values[i]));
            }
        }
    }
    Values power(tile / 2 + 1, 0.0), count(tile / 2 + 1, 0.0);
    for (int y = 0; y < tile; ++y) {
        const double ky = y <= tile / 2 ? y : y - tile;
        for (int x = 0; x < half; ++x) {
            const auto at = static_cast<std::size_t>(std::lround(std::hypot(static_cast<double>(x), ky)));
            if (at < power.size()) {
                power[at] +=
                    sum[static_cast<std::size_t>(y) * static_cast<std::size_t>(half) + static_cast<std::size_t>(x)];
                count[at] += 1.0;
            }
        }
    }
    for (std::size_t i = 0; i < power.size(); ++i) {
        power[i] /= count[i];
    }
    return power;
}

ThonRings find_thon_rings(const Image& image, double pixel_size, const Optics& optics) {
    ThonRings out;
    const int binning = std::max(1, static_cast<int>(working_pixel / pixel_size));
    const Values power = radial_power(image, binning);
    const double step = 1.0 / (tile * binning * pixel_size);
    const int first = static_cast<int>(std::ceil(1.0 / (coarsest * step)));
    const int last = std::min(tile / 2 - 3, static_cast<int>(1.0 / (finest * step)));
    if (power.empty() || last - first < least_frequencies) {
        return out;
    }
    const Values band(power.begin() + first, power.begin() + last + 1);
    if (!std::all_of(band.begin(), band.end(), [](double value) { return value > 0.0 && std::isfinite(value); })) {
        return out;
    }
    const RingFit rings(band, first, step, optics);
    const Fit best = rings.best();
    out.fit = std::max(0.0, best.correlation);
    if (out.fit >= found && best.amplitude <= most_amplitude) {
        out.defocus = best.defocus;
        out.strength = rings.strength(best);
        out.limit = 1.0 / rings.limit(best);
    }
    return out;
}

} // namespace picker
