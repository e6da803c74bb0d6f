#!/bin/bash
# A template for RELION's queue submission (Running tab, "Standard submission script") that runs picker_relion jobs
# under Slurm, on one machine with the job's number of threads.
#SBATCH --job-name=XXXnameXXX
#SBATCH --partition=XXXqueueXXX
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=XXXthreadsXXX
#SBATCH --output=XXXoutfileXXX
#SBATCH --error=XXXerrfileXXX

XXXcommandXXX
