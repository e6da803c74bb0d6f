// Atomic writing: a target is whole, old or absent; what the system refuses is said with its reason.
#include "io/atomic_file.hpp"
#include "unit/io/io_testing.hpp"

#include <csignal>
#include <fcntl.h>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

using namespace io_testing;
using picker::AtomicFile;
using picker::Status;

namespace {

// The message of a failing call, made in a child process whose surroundings `prepare` spoils.
std::string message_in_child(const std::function<void()>& prepare, const std::function<void()>& call) {
    int ends[2];
    if (::pipe(ends) != 0) {
        return "no pipe";
    }
    const pid_t child = ::fork();
    if (child == 0) {
        std::string message = "(no error)";
        prepare();
        try {
            call();
        } catch (const std::exception& error) {
            message = error.what();
        }
        (void)!::write(ends[1], message.data(), message.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string message;
    char buffer[256];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        message.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? message : "the child crashed";
}

bool holds(const std::string& message, std::string_view part) {
    return message.find(part) != std::string::npos;
}

} // namespace

DOCTEST_TEST_CASE("the target appears with commit, whole; without it nothing stays") {
    const Folder folder;
    const auto target = folder / "out.star";
    {
        AtomicFile file(target);
        file.write("half of ");
        DOCTEST_CHECK_FALSE(std::filesystem::exists(target));
        DOCTEST_CHECK(file.temporary_path().parent_path() == folder.path());
        DOCTEST_CHECK(file.temporary_path().filename().string().starts_with("."));
        DOCTEST_CHECK(file.temporary_path().extension() == ".tmp"); // never taken for a coordinate file
    }
    DOCTEST_CHECK(folder.count() == 0);
    {
        AtomicFile file(target);
        file.write("half of ");
        file.write("it");
        file.commit();
    }
    DOCTEST_CHECK(contents(target) == "half of it");
    DOCTEST_CHECK(folder.count() == 1);
    {
        AtomicFile file(target);
        file.write("something else");
        DOCTEST_CHECK(contents(target) == "half of it");
    }
    DOCTEST_CHECK(contents(target) == "half of it");
    picker::write_whole(target, "");
    DOCTEST_CHECK(std::filesystem::file_size(target) == 0);
    DOCTEST_CHECK(folder.count() == 1);
}

DOCTEST_TEST_CASE("a replaced file keeps its permissions, a symbolic link stays a link") {
    const Folder folder;
    const auto target = folder.put("kept/private.star", "old");
    ::chmod(target.c_str(), 0600);
    std::filesystem::create_symlink("kept/private.star", folder / "link.star");
    picker::write_whole(folder / "link.star", "new");
    DOCTEST_CHECK(std::filesystem::is_symlink(folder / "link.star"));
    DOCTEST_CHECK(contents(target) == "new");
    struct stat info {};
    DOCTEST_REQUIRE(::stat(target.c_str(), &info) == 0);
    DOCTEST_CHECK((info.st_mode & 0777) == 0600);
}

DOCTEST_TEST_CASE("devices and pipes are written to, not replaced") {
    picker::write_whole("/dev/null", "gone");
    DOCTEST_CHECK(std::filesystem::is_character_file("/dev/null"));
    const Folder folder;
    const auto pipe = folder / "pipe";
    DOCTEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::string got;
    std::thread reader([&] { got = contents(pipe); });
    picker::write_whole(pipe, "through");
    reader.join();
    DOCTEST_CHECK(got == "through");
    DOCTEST_CHECK(std::filesystem::is_fifo(pipe));
}

DOCTEST_TEST_CASE("a full disk is an error that says so and leaves the old file") {
    if (!std::filesystem::exists("/dev/full")) {
        DOCTEST_MESSAGE("skipped: no /dev/full here");
        return;
    }
    const Folder folder;
    const auto target = folder.put("out.star", "old");
    // The real file is exchanged for the full device beneath the stream, so that the system itself says ENOSPC.
    for (const std::size_t size : {std::size_t{10}, std::size_t{1} << 20}) { // found at commit, found while writing
        expect_error(Status::io, {"out.star", "No space left on device", "free some space"}, [&] {
            AtomicFile file(target);
            const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
            ::dup2(full, ::fileno(file.stream()));
            ::close(full);
            file.write(std::string(size, 'x'));
            file.commit();
        });
        DOCTEST_CHECK(contents(target) == "old");
        DOCTEST_CHECK(folder.count() == 1);
    }
    expect_error(Status::io, {"/dev/full", "No space left on device"}, [] { picker::write_whole("/dev/full", "x"); });
}

DOCTEST_TEST_CASE("a file size limit is an error that says so and leaves the old file") {
    const Folder folder;
    const auto target = folder.put("out.star", "old");
    const std::string message = message_in_child(
        [] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{65536, 65536};
            ::setrlimit(RLIMIT_FSIZE, &limit);
        },
        [&] { picker::write_whole(target, std::string(100000, 'x')); });
    DOCTEST_CAPTURE(message);
    DOCTEST_CHECK(holds(message, "out.star"));
    DOCTEST_CHECK(holds(message, "File too large"));
    DOCTEST_CHECK(contents(target) == "old");
    DOCTEST_CHECK(folder.count() == 1);
}

DOCTEST_TEST_CASE("a folder that may not be written to is named with the reason") {
    const Folder folder;
    std::filesystem::create_directory(folder / "locked");
    ::chmod(folder.path().c_str(), 0755);
    ::chmod((folder / "locked").c_str(), 0555);
    const auto target = folder / "locked/out.star";
    const auto drop_rights = [] {
        if (::geteuid() == 0) {
            (void)!::setgid(65534);
            (void)!::setuid(65534);
        }
    };
    const std::string message = message_in_child(drop_rights, [&] { picker::write_whole(target, "x"); });
    DOCTEST_CAPTURE(message);
    DOCTEST_CHECK(holds(message, target.string()));
    DOCTEST_CHECK(holds(message, "Permission denied"));
    expect_error(Status::io, {"absent/out.star", "No such file or directory", "check that the folder exists"},
                 [&] { picker::write_whole(folder / "absent/out.star", "x"); });
    folder.put("file", "x");
    expect_error(Status::io, {"file/out.star", "Not a directory"},
                 [&] { picker::write_whole(folder / "file/out.star", "x"); });
    expect_error(Status::io, {"it is a folder"}, [&] { picker::write_whole(folder.path(), "x"); });
    expect_error(Status::io, {"it is a folder"}, [&] { picker::write_whole(folder.path().string() + "/", "x"); });
    expect_error(Status::io, {"without a name"}, [] { picker::write_whole("", "x"); });
    const std::string long_name(255, 'n');
    picker::write_whole(folder / long_name, "x"); // the temporary name fits too
    DOCTEST_CHECK(contents(folder / long_name) == "x");
    expect_error(Status::io, {"File name too long"}, [&] { picker::write_whole(folder / (long_name + "n"), "x"); });
}

DOCTEST_TEST_CASE("many writers of one target: it is always one of their texts, and temporary names never clash") {
    const Folder folder;
    const auto target = folder / "out.star";
    std::vector<std::thread> threads;
    for (char c = 'a'; c < 'e'; ++c) {
        threads.emplace_back([&, c] {
            for (int i = 0; i < 20; ++i) {
                picker::write_whole(target, std::string(5000, c));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    const std::string text = contents(target);
    DOCTEST_CHECK(text == std::string(5000, text.front()));
    DOCTEST_CHECK(folder.count() == 1);
}

DOCTEST_TEST_CASE("reading a whole file names what is missing") {
    const Folder folder;
    DOCTEST_CHECK(picker::read_whole(folder.put("a", std::string("x\0y\r\n", 5))) == std::string("x\0y\r\n", 5));
    DOCTEST_CHECK(picker::read_whole(folder.put("b", "")).empty());
    expect_error(Status::not_found, {"absent", "No such file"}, [&] { (void)picker::read_whole(folder / "absent"); });
}
