// The contrast transfer function in closed form, with astigmatism and envelope.
#pragma once

#include "core/parallel.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace picker {

struct Optics {
    double voltage = 300.0;            // kV
    double spherical_aberration = 2.7; // mm
    double amplitude_contrast = 0.1;
    double b_factor = 100.0; // angstrom^2
};

// In RELION's terms: u along the direction at `angle` degrees from the x axis towards the y axis of the stored image,
// v across it. Underfocus is positive.
struct Defocus {
    double u = 0.0, v = 0.0; // angstrom
    double angle = 0.0;      // degrees
    double mean() const { return 0.5 * (u + v); }
};

double electron_wavelength(double voltage); // angstrom

// -sin(chi) exp(-B k^2 / 4), with the amplitude contrast in chi.
class Ctf {
public:
    Ctf(const Optics& optics, const Defocus& defocus);
    double operator()(double kx, double ky) const; // 1 / angstrom
    double operator()(double k) const { return (*this)(k, 0.0); }
    // The same at many kx and one ky, to 1e-9. `envelopes` are those of (kx, 0).
    void row(const std::vector<double>& kx, const std::vector<double>& envelopes, double ky, double* values) const;
    double envelope(double k) const; // exp(-B k^2 / 4)
    // How far signal is carried from its place, in angstrom: the gradient of chi at frequency k.
    double delocalisation(double k) const;

private:
    double mean_, cosine_, sine_, fourth_, phase_, envelope_;
    double wavelength_, aberration_, largest_;
};

// The same without astigmatism, at frequency k.
double ctf(double k, double defocus, double voltage, double spherical_aberration, double amplitude_contrast,
           double b_factor);

// A detector's modulation transfer: exp(-c k^2), `at_nyquist` at the highest frequency of an axis. 1: perfect.
double detector_mtf(double k, double pixel_size, double at_nyquist);

// CTF times MTF at every coefficient of an image's half-complex spectrum, and means over the whole plane.
struct Transfer {
    int width = 0, height = 0; // of the image in real space
    double pixel_size = 0.0;
    std::vector<float> values;
    std::vector<double> mtf_x, mtf_y; // the MTF is a product of one for each axis
    double power = 0.0;               // mean of (CTF MTF)^2
    double mtf_power = 0.0;           // mean of MTF^2
    double kx(int column) const { return column / (width * pixel_size); }
    double ky(int row) const { return (row <= height / 2 ? row : row - height) / (height * pixel_size); }
    double mtf(int column, int row) const {
        return mtf_x[static_cast<std::size_t>(column)] * mtf_y[static_cast<std::size_t>(row)];
    }
    int half() const { return width / 2 + 1; }
    // A column that stands for one coefficient of the plane; the others stand for two.
    bool is_single(int column) const { return column == 0 || 2 * column == width; }
};
Transfer make_transfer(const Ctf& ctf, double mtf_at_nyquist, int width, int height, double pixel_size,
                       WorkerPool& pool, const std::function<void()>& poll);

} // namespace picker
