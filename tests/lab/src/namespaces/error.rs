use std::io;

use nix::errno::Errno;

/// Why a network couldn't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// The kernel doesn't let us.
    #[error(
        "networks made of namespaces need root (CAP_SYS_ADMIN and CAP_NET_ADMIN): {0}; run the tests as root"
    )]
    NotAllowed(&'static str),
    /// A program isn't there.
    #[error("`{program}` isn't installed: install the package {package}")]
    Missing {
        /// What wasn't found.
        program: &'static str,
        /// Where it is, as Debian and Amazon Linux name it.
        package: &'static str,
    },
    /// A command failed.
    #[error("`{command}` failed: {said}")]
    Command {
        /// What was run.
        command: String,
        /// What it printed as errors.
        said: String,
    },
    /// A call of the system failed.
    #[error("{doing}: {error}")]
    System {
        /// What was tried.
        doing: String,
        /// How it failed.
        error: io::Error,
    },
    /// A certificate or key of the lab isn't one.
    #[error("the lab's certificate can't be used: {0}")]
    Certificate(String),
    /// The network is there, and no packet gets through.
    #[error("no packet gets from the lab's client to its server and back")]
    CarriesNothing,
}

impl LabError {
    pub(super) fn system(doing: impl Into<String>, error: impl Into<io::Error>) -> Self {
        Self::System {
            doing: doing.into(),
            error: error.into(),
        }
    }

    /// The failure of a call that only root may make.
    pub(super) fn privileged(doing: &'static str, errno: Errno) -> Self {
        match errno {
            Errno::EPERM | Errno::EACCES => Self::NotAllowed(doing),
            errno => Self::system(doing, errno),
        }
    }

    pub(super) fn start(program: &'static str, package: &'static str, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { program, package },
            _ => Self::system(format!("starting `{program}`"), error),
        }
    }
}
