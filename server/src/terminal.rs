//! What commands say to whoever typed them. Unlike `println!`, nothing ends a command in the middle because its reader has gone: in
//! `yagura runbook list | head`, whoever closed the pipe has read enough, and the work goes on.

/// A line on stdout.
macro_rules! say {
    ($($told:tt)*) => {{
        use ::std::io::Write;
        let _ = ::std::writeln!(::std::io::stdout().lock(), $($told)*);
    }};
}

/// A line on stderr.
macro_rules! complain {
    ($($told:tt)*) => {{
        use ::std::io::Write;
        let _ = ::std::writeln!(::std::io::stderr().lock(), $($told)*);
    }};
}
